// The two ways into a drain: SIGTERM, which ends the process, and `--drain` (what a preStop hook
// runs), which leaves that to the SIGTERM that follows.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

Finished drain(Stage& stage) {
  return run({sidestream_binary(), "--drain", "--config", stage.sidecar().config_path()});
}

void begin(Stage& stage, const std::string& how) {
  if (how == "sigterm") return stage.sidecar().process().signal(SIGTERM);
  const auto done = drain(stage);
  ASSERT_EQ(done.status, 0) << done.output;
}

class Drain : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(By, Drain, testing::Values("sigterm", "hook"), kind_name);

TEST_P(Drain, EndsStreamsOverTheWindowAfterTheDelay) {
  constexpr auto delay = 2s, window = 2s;
  Stage stage("embedded", {.server = {"drain_delay: 2s", "drain: 2s", "retry: 3s..30s"}});
  auto streams = open_live(stage.sidecar().streams(), 60);
  const auto asked = Clock::now();
  begin(stage, GetParam());
  ASSERT_TRUE(
      eventually([&] { return stage.sidecar().ready_status() == 503; }, 500ms * patience, 1ms));
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200);
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_draining"), 1);
  // Load balancers have not noticed yet.
  for (int i = 0; i < 3; ++i) streams.push_back(stage.live());
  stage.append(5);
  Ledger(1).read(streams.front(), stage.written());
  Ledger(1).read(streams.back(), stage.written());

  const auto endings = watch_endings(streams, delay + window + 2s * patience);
  expect_shut_down(endings, "drain", 3000, 30000);
  const auto earliest =
      std::min_element(endings.begin(), endings.end(), [](const auto& a, const auto& b) {
        return a.at < b.at;
      })->at;
  EXPECT_GE(earliest - asked, delay - 50ms) << "ended within the delay";
  EXPECT_LE(earliest + span(endings) - asked, delay + window + 1s * patience);
  EXPECT_GT(span(endings), window / 2);
  EXPECT_LT(most_within(endings, window / 20), 63 / 4) << "many of them in one burst";
}

TEST_P(Drain, EndsStreamsAtBlockEndsUnderLoad) {
  Stage stage("embedded", {.server = {"drain: 1s"}, .topic = "flush: 0ms"});
  stage.append(200, 10'000);
  std::vector<EventStream> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(stage.open("from=earliest"));
  begin(stage, GetParam());
  for (auto& ending : watch_endings(streams, 5s * patience)) {
    EXPECT_EQ(ending.how, EventStream::End::clean);  // a torn block is no clean end
    EXPECT_EQ(ending.last.name, "stream-shutdown");
    std::int64_t next = 0;
    for (const auto& record : ending.records) {
      EXPECT_EQ(parse_numbered(record.data).value().number, next++);
    }
  }
}

TEST(DrainBySignal, ExitsInTimeWithStalledReaders) {
  Stage stage("embedded", {.server = {"drain_delay: 1s", "drain: 1s"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 10; ++i) {
    streams.emplace_back(stage.sidecar().streams(), Stage::path, Headers{}, "HTTP/1.1", 4096);
  }
  stage.append(300, 100'000);
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(20s * patience), 0);
  EXPECT_LT(Clock::now() - asked, 4s + 500ms * patience) << "drain_delay + drain + 2 s";
}

TEST(DrainBySignal, ExitsAfterTheLastStream) {
  Stage stage("embedded", {.server = {"drain: 30s"}});
  auto streams = open_live(stage.sidecar().streams(), 3);
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_FALSE(stage.sidecar().process().exit_status(300ms));
  streams.clear();
  EXPECT_EQ(stage.sidecar().process().exit_status(1s * patience), 0);
}

// A load balancer that has not noticed yet must not be refused because nobody happens to be here.
TEST(DrainBySignal, AcceptsStreamsDuringTheDelay) {
  Stage stage("embedded", {.server = {"drain_delay: 2s", "drain: 1s"}});
  stage.sidecar().process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }));
  EXPECT_FALSE(stage.sidecar().process().exit_status(1s));
  auto stream = stage.live();
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
}

TEST(DrainByHook, CanBeRepeatedAndNeverExits) {
  Stage stage("embedded", {.server = {"drain_delay: 500ms", "drain: 500ms"}});
  auto streams = open_live(stage.sidecar().streams(), 5);
  for (int i = 0; i < 3; ++i) {
    const auto asked = Clock::now();
    begin(stage, "hook");
    EXPECT_LT(Clock::now() - asked, 1s * patience) << "the hook waits for nothing";
  }
  expect_shut_down(watch_endings(streams, 3s * patience), "drain", 2000, 6000);
  begin(stage, "hook");
  EXPECT_FALSE(stage.sidecar().process().exit_status(3s)) << "SIGTERM alone ends it";
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200);
  EXPECT_EQ(stage.sidecar().ready_status(), 503);
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(10s * patience), 0);
  EXPECT_LT(Clock::now() - asked, 1s * patience) << "nothing was left to wait for";
}

TEST(DrainByHook, DoesNotRestartTheDrainWhenRepeated) {
  Stage stage("embedded", {.server = {"drain_delay: 1s", "drain: 1s"}});
  auto streams = open_live(stage.sidecar().streams(), 20);
  const auto asked = Clock::now();
  for (int i = 0; i < 3; ++i) {
    begin(stage, "hook");
    stage.sidecar().process().exit_status(400ms);
  }
  const auto endings = watch_endings(streams, 5s * patience);
  expect_shut_down(endings, "drain", 2000, 6000);
  for (const auto& ending : endings) EXPECT_LT(ending.at - asked, 2s + 500ms * patience);
}

TEST(DrainByHook, ContinuesAfterASignal) {
  Stage stage("embedded", {.server = {"drain_delay: 1s", "drain: 3s"}});
  auto streams = open_live(stage.sidecar().streams(), 40);
  const auto asked = Clock::now();
  begin(stage, "hook");
  std::thread app_is_gone([&] {
    std::this_thread::sleep_for(2s);
    stage.sidecar().process().signal(SIGTERM);
  });
  const auto endings = watch_endings(streams, 10s * patience);
  app_is_gone.join();
  expect_shut_down(endings, "drain", 2000, 6000);
  for (const auto& ending : endings) {
    EXPECT_LT(ending.at - asked, 4s + 300ms * patience) << "the window began anew";
  }
  EXPECT_GT(span(endings), 2s);
  EXPECT_LT(most_within(endings, 150ms), 40 / 4) << "the signal ended them at once";
  EXPECT_EQ(stage.sidecar().process().exit_status(3s * patience), 0);
}

TEST(DrainByHook, EndsNoStreamEarlyAfterASignalInTheDelay) {
  Stage stage("embedded", {.server = {"drain_delay: 2s", "drain: 500ms"}});
  auto streams = open_live(stage.sidecar().streams(), 5);
  const auto asked = Clock::now();
  begin(stage, "hook");
  stage.sidecar().process().signal(SIGTERM);
  auto late = stage.live();
  stage.append_value("x");
  EXPECT_EQ(late.record().data, "x");
  for (const auto& ending : watch_endings(streams, 10s * patience)) {
    EXPECT_GE(ending.at - asked, 1950ms);
  }
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
}

TEST(DrainByHook, StopsImmediatelyOnASecondSignal) {
  Stage stage("embedded", {.server = {"drain_delay: 60s", "drain: 60s"}});
  auto stream = stage.live();
  begin(stage, "hook");
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_FALSE(stage.sidecar().process().exit_status(500ms)) << "the first goes on with the drain";
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(10s), 0);
  EXPECT_LT(Clock::now() - asked, 1s * patience);
}

TEST(DrainByHook, FailsWithoutAProcess) {
  Stage stage("embedded");
  stage.sidecar().terminate();
  const auto done = drain(stage);
  EXPECT_EQ(done.status, 1);
  EXPECT_EQ(done.output,
            "no running process uses the configuration " + stage.sidecar().config_path() + "\n");
}

TEST(DrainByHook, ReturnsAfterTheDrainHasBegun) {
  Stage stage("embedded");
  EXPECT_EQ(drain(stage).status, 0);
  EXPECT_EQ(stage.sidecar().ready_status(), 503);
}

TEST(DrainByHook, Exits1WhenTheProcessHangs) {
  Stage stage("embedded");
  stage.sidecar().process().signal(SIGSTOP);
  const auto done = drain(stage);
  stage.sidecar().process().signal(SIGCONT);
  EXPECT_EQ(done.status, 1);
  EXPECT_NE(done.output.find("did not acknowledge the drain"), std::string::npos) << done.output;
}

// Two sidecars on one machine, as on a developer's: a hook reaches the one of its own file.
TEST(DrainByHook, ReachesOnlyTheProcessOfItsConfiguration) {
  Stage one("embedded"), other("embedded");
  begin(one, "hook");
  EXPECT_TRUE(eventually([&] { return one.sidecar().ready_status() == 503; }));
  EXPECT_EQ(other.sidecar().ready_status(), 200);
}

}  // namespace
}  // namespace e2e
