// The end of a sidecar, and its limits: nothing that a browser does not survive.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Shutdown : public OnBroker {};
ON_KINDS(Shutdown, one_of_each());

TEST_P(Shutdown, SendsShutdownWithAnIndividualRetry) {
  Stage stage(GetParam(), {.server = {"drain: 2s", "retry: 1s..9s"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 40; ++i) streams.push_back(stage.live());
  stage.append(3);
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(10s * patience), 0);
  EXPECT_LT(Clock::now() - asked, 4s * patience) << "these clients do not close by themselves";
  std::set<std::uint32_t> delays;
  for (auto& stream : streams) {
    EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
    Ledger(stage.partitions()).read(stream, stage.written());
    const auto last = stream.next();
    ASSERT_EQ(last.name, "stream-shutdown");
    EXPECT_EQ(last.field("reason"), "\"drain\"");
    ASSERT_TRUE(last.retry);
    EXPECT_GE(*last.retry, 1000u);
    EXPECT_LE(*last.retry, 9000u);
    delays.insert(*last.retry);
    EXPECT_FALSE(stream.maybe_next(0ms));
  }
  EXPECT_GT(delays.size(), 10u);
}

TEST_P(Shutdown, EndsAtABlockEndUnderLoad) {
  Stage stage(GetParam(), {.server = {"drain: 1s"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 10; ++i) streams.push_back(stage.live());
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    try {
      while (!stop) stage.append(20, 200);
    } catch (const std::runtime_error&) {
      // The embedded log goes with its sidecar.
    }
  });
  for (auto& stream : streams) stream.record();
  stage.sidecar().process().signal(SIGTERM);
  const auto ended = [](EventStream& stream) {
    return stream.wait_end(5ms) != EventStream::End::open;
  };
  EXPECT_TRUE(
      eventually([&] { return std::count_if(streams.begin(), streams.end(), ended) == 10; }));
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
  stop = true;
  writer.join();
  for (auto& stream : streams) {
    EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
    std::int64_t next = 1;
    while (auto event = stream.maybe_next(0ms)) {
      if (!event->is_control()) {
        ASSERT_EQ(parse_numbered(event->data).value().number, next++);
      }
    }
  }
}

TEST(ShutdownSignal, StopsImmediatelyOnASecondSignal) {
  Stage stage("embedded", {.server = {"drain: 60s", "drain_delay: 60s"}});
  auto stream = stage.live();
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_FALSE(stage.sidecar().process().exit_status(300ms)) << "the delay holds it";
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(10s), 0);
  EXPECT_LT(Clock::now() - asked, 2s * patience);
  EXPECT_NE(stream.wait_end(), EventStream::End::open);
}

TEST(ShutdownSignal, ExitsImmediatelyWithoutStreams) {
  Stage stage("embedded", {.server = {"drain: 60s"}});
  const auto asked = Clock::now();
  EXPECT_EQ(stage.sidecar().terminate(10s), 0);
  EXPECT_LT(Clock::now() - asked, 2s * patience);
}

TEST(ShutdownSignal, AcceptsStreamsDuringTheDelayButIsNotReady) {
  Stage stage("embedded", {.server = {"drain: 1s", "drain_delay: 2s"}});
  auto stream = stage.live();
  stage.sidecar().process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }, 1s * patience));
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200);
  auto late = stage.live();
  stage.append_value("x");
  EXPECT_EQ(stream.record().data, "x");
  EXPECT_EQ(late.record().data, "x");
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
  EXPECT_EQ(late.wait_end(), EventStream::End::clean);
}

TEST(ShutdownSignal, AnswersRequestsDuringTheDrainForBrowsers) {
  Stage stage("embedded", {.server = {"drain: 3s"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(stage.live());
  stage.sidecar().process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }));
  try {
    auto stream = stage.open();  // throws on any answer but 200 text/event-stream ...
    const auto event = stream.next();
    EXPECT_TRUE(event.is_control());
    EXPECT_TRUE(event.retry);
    EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  } catch (const WireError& error) {
    // ... or no connection at all, which it survives as well.
    EXPECT_NE(std::string(error.what()).find("cannot connect"), std::string::npos) << error.what();
  }
}

TEST(ShutdownSignal, IsNotBlockedByAStalledReader) {
  Stage stage("embedded", {.server = {"drain: 1s"}});
  EventStream stalled(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.1", 4096);
  stage.append(2000, 2000);
  EXPECT_EQ(stage.sidecar().terminate(10s * patience), 0);
}

// --- max_connections
// ---------------------------------------------------------------------------------

TEST(MaxConnections, RefusesOneMoreSoThatBrowsersRetry) {
  Stage stage("embedded", {.server = {"max_connections: 3", "retry: 1s..2s"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 3; ++i) streams.push_back(stage.live());
  for (int i = 0; i < 5; ++i) {
    auto refused = stage.open();  // 200 and text/event-stream, or this throws
    const auto event = refused.next();
    EXPECT_TRUE(event.is_control()) << event.name;
    ASSERT_TRUE(event.retry);
    EXPECT_GE(*event.retry, 1000u);
    EXPECT_FALSE(event.id) << "it must not move the client's cursor";
    EXPECT_EQ(refused.wait_end(), EventStream::End::clean);
  }
  stage.append_value("for all three");
  for (auto& stream : streams) EXPECT_EQ(stream.record().data, "for all three");
}

TEST(MaxConnections, AcceptsAStreamWhenOneCloses) {
  Stage stage("embedded", {.server = {"max_connections: 2"}});
  auto first = stage.live();
  auto second = stage.live();
  first.drop();
  EXPECT_TRUE(
      eventually([&] { return stage.open().next().name == "stream-open"; }, 1s * patience, 20ms));
  stage.append_value("x");
  EXPECT_EQ(second.record().data, "x");
}

TEST(MaxConnections, CountsStreamsOnly) {
  Stage stage("embedded", {.server = {"max_connections: 1"}});
  auto stream = stage.live();
  for (int i = 0; i < 5; ++i) stage.append_value("x");
  EXPECT_EQ(get(stage.sidecar().streams(), "/nope").status, 404);
  EXPECT_EQ(stream.record().data, "x");
}

// --- admin
// -------------------------------------------------------------------------------------------

TEST(Admin, ListsItsPages) {
  Stage stage("embedded");
  auto stream = stage.live();
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200);
  const auto ready = get(stage.sidecar().admin(), "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_NE(ready.body.find("broker"), std::string::npos) << ready.body;
  const auto topics = get(stage.sidecar().admin(), "/topics");
  EXPECT_EQ(topics.status, 200);
  EXPECT_EQ(topics.header("Content-Type").value_or("").rfind("application/json", 0), 0u);
  EXPECT_NE(topics.body.find("\"t\""), std::string::npos);
  EXPECT_EQ(get(stage.sidecar().admin(), "/").status, 404) << "the console is off by default";
  EXPECT_EQ(get(stage.sidecar().streams(), "/metrics").status, 404) << "never on the public port";
  EXPECT_EQ(get(stage.sidecar().streams(), "/readyz").status, 404);
}

TEST(Admin, ServesTheConsoleAndTheTopics) {
  Stage stage("embedded", {.server = {"console: true"}});
  const auto page = get(stage.sidecar().admin(), "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type").value_or("").rfind("text/html", 0), 0u);
  EventStream stream(stage.sidecar().admin(), Stage::path);
  stream.control("stream-open");
  EXPECT_EQ(post(stage.sidecar().admin(), Stage::path, "from the form").status, 201);
  EXPECT_EQ(stream.record().data, "from the form");
}

TEST(Admin, LogsOneJsonObjectPerLine) {
  Stage stage("embedded", {.server = {"drain: 1s"}});
  auto stream = stage.live();
  stage.sidecar().terminate();
  std::istringstream lines(stage.sidecar().log());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.starts_with("{\"") && line.ends_with("}")) << line;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace e2e
