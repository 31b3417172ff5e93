// max_age: each stream ends after an age of its own, between three quarters of it and the whole, so
// that replicas even out.

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class MaxAge : public OnBroker {};
ON_KINDS(MaxAge, one_of_each());

TEST_P(MaxAge, EndsStreamsAtRandomAges) {
  constexpr auto age = 4s;
  Stage stage(GetParam(), {.server = {"max_age: 4s", "retry: 1s..9s"}});
  stage.live();  // the connector's own beginning takes its time
  std::vector<EventStream> streams;
  std::vector<Clock::time_point> opened;
  for (int i = 0; i < 60; ++i) {
    opened.push_back(Clock::now());
    streams.push_back(stage.live());
  }
  const auto all_open = Clock::now();
  stage.append(3);
  const auto endings = watch_endings(streams, age + 2s * patience);
  expect_shut_down(endings, "max_age", 1000, 9000);
  for (std::size_t i = 0; i < endings.size(); ++i) {
    EXPECT_GE(endings[i].at - opened[i], age * 3 / 4 - 20ms);
    EXPECT_LE(endings[i].at - opened[i], age + 300ms * patience);
    EXPECT_EQ(static_cast<int>(endings[i].records.size()), 3 * stage.partitions());
  }
  EXPECT_GT(span(endings), age / 8) << "of the quarter that they are spread over";
  EXPECT_LT(most_within(endings, age / 80), 60 / 4);
  EXPECT_TRUE(eventually([&] {
    return stage.sidecar().metrics().sum("sidestream_streams_closed_total",
                                         {"reason=\"max_age\""}) == 60;
  })) << "these clients do not close by themselves";
  EXPECT_LT(all_open - opened.front(), age / 2) << "too slow a machine to say anything";
}

TEST_P(MaxAge, LosesNothingWhileRecordsFlow) {
  Stage stage(GetParam(), {.server = {"max_age: 1s"}});
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  int ends = 0;
  for (const auto until = Clock::now() + 6s; Clock::now() < until;) {
    stage.append(2, 300);
    while (auto event = stream.maybe_next(10ms)) {
      if (!event->is_control()) ledger.record(*event);
      ASSERT_FALSE(is_notice(*event)) << event->data;
    }
    if (stream.end() == EventStream::End::open) continue;
    ASSERT_EQ(stream.end(), EventStream::End::clean);
    ++ends;
    stream = stage.resume(stream.last_id());
  }
  EXPECT_GE(ends, 5);
  for (const auto until = Clock::now() + 10s * patience; Clock::now() < until;) {
    while (auto event = stream.maybe_next(20ms)) {
      if (!event->is_control()) ledger.record(*event);
    }
    if (ledger.seen() == stage.written()[0] * stage.partitions()) break;
    if (stream.end() != EventStream::End::open) stream = stage.resume(stream.last_id());
  }
  EXPECT_EQ(ledger.seen(), stage.written()[0] * stage.partitions());
}

TEST(MaxAgeOf, EndsStreamsOfSeveralTopicsAndTemplates) {
  Stage stage(
      "embedded",
      {.server = {"max_age: 1s"},
       .more_topics = {"u: { from: broker }",
                       "room: { path: \"/room/{r}\", from: broker, stream: \"room:{r}\" }"}});
  for (const char* target : {"/events?topic=t&topic=u", "/room/1"}) {
    auto streams = open_live(stage.sidecar().streams(), 5, target);
    const auto opened = Clock::now();
    const auto endings = watch_endings(streams, 5s * patience);
    expect_shut_down(endings, "max_age", 2000, 6000);
    for (const auto& ending : endings) EXPECT_GE(ending.at - opened, 700ms) << target;
  }
}

TEST(MaxAgeOf, EndsStalledReaders) {
  Stage stage("embedded", {.server = {"max_age: 1s"}});
  EventStream stalled(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.1", 4096);
  stage.append(300, 100'000);
  EXPECT_TRUE(eventually([&] { return stage.sidecar().metrics().sum("sidestream_streams") == 0; },
                         20s * patience, 50ms));
}

TEST(MaxAgeOf, IsUnlimitedByDefault) {
  Stage stage("embedded");
  auto stream = stage.live();
  EXPECT_TRUE(stream.is_silent(3s));
  EXPECT_EQ(stream.end(), EventStream::End::open);
}

// Its end is told, and then the drain's.
TEST(MaxAgeOf, LeavesOnlyYoungStreamsToADrain) {
  Stage stage("embedded", {.server = {"max_age: 1s", "drain: 1s"}});
  auto streams = open_live(stage.sidecar().streams(), 20);
  std::this_thread::sleep_for(600ms);
  stage.sidecar().process().signal(SIGTERM);
  for (const auto& ending : watch_endings(streams, 5s * patience)) {
    EXPECT_EQ(ending.how, EventStream::End::clean);
    EXPECT_EQ(ending.last.name, "stream-shutdown");
  }
  EXPECT_EQ(stage.sidecar().process().exit_status(5s * patience), 0);
}

}  // namespace
}  // namespace e2e
