// Silence, stalls and slowness: each reader for itself.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Liveness : public OnBroker {};
ON_KINDS(Liveness, one_of_each());

// The embedded log's retention is its own: see gap_test.
class Retention : public OnBroker {};
ON_KINDS(Retention, one_of_others());

TEST_P(Liveness, SendsHeartbeatsWhenIdle) {
  Stage stage(GetParam(), {.server = {"heartbeat: 1s"}});
  auto stream = stage.live();
  auto last = Clock::now();
  for (int i = 0; i < 4; ++i) {
    const auto beat = stream.heartbeat();
    // As seen by a client on a machine that does other things too.
    EXPECT_GE(beat - last, 600ms) << "none right after data";
    EXPECT_LE(beat - last, 1600ms * patience);
    last = beat;
  }
  stage.append_value("x");
  const auto data = stream.record().at;
  EXPECT_GE(stream.heartbeat() - data, 600ms) << "data counts as a sign of life";
}

TEST_P(Liveness, UsesTheTopicsHeartbeat) {
  Stage stage(GetParam(), {.server = {"heartbeat: 1h"}, .topic = "heartbeat: 200ms"});
  auto stream = stage.live();
  for (int i = 0; i < 3; ++i) stream.heartbeat(2s * patience);
}

TEST_P(Liveness, SendsNoHeartbeatsWhenBusy) {
  Stage stage(GetParam(), {.server = {"heartbeat: 500ms"}});
  auto stream = stage.live();
  const auto until = Clock::now() + 2s;
  while (Clock::now() < until) {
    stage.append_value("x");
    stream.record();
    const auto next = Clock::now() + 50ms;
    eventually([&] { return Clock::now() >= next; });
  }
  EXPECT_EQ(stream.heartbeats(), 0);
}

TEST_P(Liveness, ServesAStalledReaderWhenItReadsAgain) {
  Stage stage(GetParam(), {.topic = "log: 64KiB"});
  EventStream stalled(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.1", 4096);
  stalled.control("stream-open");
  auto healthy = stage.live();
  Ledger fast(stage.partitions()), slow(stage.partitions());
  for (int i = 0; i < 20; ++i) {
    stage.append(200 / stage.partitions(), 1000);
    fast.read(healthy, stage.written());  // never held up by the other
  }
  slow.read(stalled, stage.written(), 30s * patience);
  stage.append(5);
  slow.read(stalled, stage.written());
  EXPECT_EQ(stalled.count_of("stream-gap"), 0);
}

TEST_P(Retention, SendsAGapToAStalledReader) {
  Stage stage(GetParam(), {.topic = "log: 16KiB"});
  EventStream stalled(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.1", 4096);
  stalled.control("stream-open");
  auto healthy = stage.live();
  Ledger fast(1);
  for (int i = 0; i < 40; ++i) {
    stage.append(200, 1000);
    fast.read(healthy, stage.written());
  }
  stage.source().trim(0, stage.offset(0, 7990));
  std::int64_t next = 0;
  bool told = false;
  while (next < 8000) {
    const auto event = stalled.next();
    if (event.name == "stream-gap") {
      EXPECT_FALSE(told);
      told = true;
      next = 7990;
    } else if (!event.is_control()) {
      ASSERT_EQ(parse_numbered(event.data).value().number, next++);
    }
  }
  EXPECT_TRUE(told);
}

TEST_P(Liveness, DeliversRecordsPromptly) {
  Stage stage(GetParam());
  auto stream = stage.live();
  std::vector<Clock::duration> waits;
  for (int i = 0; i < 21; ++i) {
    stage.append_value("x");
    const auto written = Clock::now();
    waits.push_back(stream.record().at - written);
  }
  std::nth_element(waits.begin(), waits.begin() + 10, waits.end());
  EXPECT_LT(waits[10], 50ms * patience);
}

}  // namespace
}  // namespace e2e
