// Where a stream starts: ids by header and by query, from, since, tail, the topic's own rule, live.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using std::chrono::system_clock;
using testing::HasSubstr;

class Start : public OnBroker {};
ON_EVERY_BROKER(Start);

// A reader that starts at record `first` of each partition sees all of them from there.
void expect_start(Stage& stage, EventStream stream, std::int64_t first) {
  Ledger ledger(stage.partitions(), first);
  ledger.read(stream, stage.written());
}

TEST_P(Start, DefaultsToLive) {
  Stage stage(GetParam());
  stage.append(5);
  auto stream = stage.open();
  EXPECT_EQ(stream.control("stream-open").field("start"), "\"live\"");
  stage.append(5);
  Ledger ledger(stage.partitions(), 5);
  ledger.read(stream, stage.written());
}

TEST_P(Start, UsesTheTopicsStartByDefault) {
  Stage stage(GetParam(), {.topic = "start: earliest"});
  stage.append(5);
  auto stream = stage.open();
  EXPECT_EQ(stream.control("stream-open").field("start"), "\"earliest\"");
  Ledger ledger(stage.partitions());
  ledger.read(stream, stage.written());
  auto live = stage.open("from=live");
  EXPECT_EQ(live.control("stream-open").field("start"), "\"live\"");
  stage.append(1);
  Ledger(stage.partitions(), 5).read(live, stage.written());
}

TEST_P(Start, FromEarliestSendsEverything) {
  Stage stage(GetParam());
  stage.append(20);
  expect_start(stage, stage.open("from=earliest"), 0);
}

TEST_P(Start, PrefersTheIdInTheHeader) {
  Stage stage(GetParam());
  stage.append(20);
  expect_start(stage, stage.open("from=earliest", {{"Last-Event-ID", stage.id_after(7)}}), 7);
  expect_start(
      stage, stage.open("lastEventId=" + stage.id_after(3), {{"last-event-id", stage.id_after(7)}}),
      7);
}

TEST_P(Start, IgnoresAnEmptyId) {
  Stage stage(GetParam());
  stage.append(5);
  expect_start(stage, stage.open("from=earliest", {{"Last-Event-ID", ""}}), 0);
  expect_start(stage, stage.open("lastEventId=&from=earliest"), 0);
  expect_start(stage, stage.open("lastEventId=" + stage.id_after(2), {{"Last-Event-ID", ""}}), 2);
}

TEST_P(Start, AcceptsFiveQueryParametersForTheId) {
  Stage stage(GetParam());
  stage.append(20);
  for (const std::string name :
       {"lastEventId", "last_event_id", "lastEventID", "Last-Event-ID", "evs_last_event_id"}) {
    SCOPED_TRACE(name);
    expect_start(stage, stage.open(name + "=" + stage.id_after(11)), 11);
    expect_start(stage, stage.open("from=earliest&" + name + "=" + url_encode(stage.id_after(11))),
                 11);
  }
}

TEST_P(Start, TailSendsAtMostTailMaxOfEachPartition) {
  Stage stage(GetParam(), {.topic = "tail_max: 5"});
  stage.append(30);
  expect_start(stage, stage.open("tail=7"), 25);
  expect_start(stage, stage.open("tail=1000000"), 25);
  expect_start(stage, stage.open("tail=4"), 26);
}

TEST_P(Start, TailSendsTheNewestOfEachPartition) {
  Stage stage(GetParam());
  stage.append(30);
  expect_start(stage, stage.open("tail=7"), 23);
  expect_start(stage, stage.open("tail=30"), 0);
  expect_start(stage, stage.open("tail=1000"), 0);
  auto none = stage.open("tail=0");
  none.control("stream-open");
  stage.append(1);
  Ledger(stage.partitions(), 30).read(none, stage.written());
}

std::string rfc3339(std::time_t time, int offset_hours) {
  const std::time_t local = time + offset_hours * 3600;
  std::tm parts{};
  gmtime_r(&local, &parts);
  char text[40];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  if (offset_hours == 0) return std::string(text) + "Z";
  char zone[8];
  snprintf(zone, sizeof zone, "%+03d:00", offset_hours);
  return std::string(text) + zone;
}

TEST_P(Start, SinceAcceptsAllTimeFormats) {
  Stage stage(GetParam());
  stage.append(5);
  // The second batch is written in a later second than the first.
  // Not std::time(), whose clock is some milliseconds late.
  const std::time_t second = system_clock::to_time_t(system_clock::now()) + 1;
  eventually([&] { return system_clock::now() >= system_clock::from_time_t(second); });
  stage.append(5);
  const auto unix_seconds = std::to_string(second);
  for (const auto& since : {unix_seconds, unix_seconds + "000", rfc3339(second, 0),
                            rfc3339(second, 2), rfc3339(second, -5)}) {
    SCOPED_TRACE(since);
    expect_start(stage, stage.open("since=" + url_encode(since)), 5);
  }
  expect_start(stage, stage.open("since=10m"), 0);
  expect_start(stage, stage.open("since=" + std::to_string(second - 3600)), 0);
  auto future = stage.open("since=" + std::to_string(second + 3600));
  future.control("stream-open");
  stage.append(1);
  Ledger(stage.partitions(), 10).read(future, stage.written());
}

TEST(StartRequest, RefusesTwoStartRulesAndNamesBoth) {
  Stage stage("embedded");
  for (const auto& [query, a, b] :
       std::vector<std::array<std::string, 3>>{{"from=earliest&since=10m", "from", "since"},
                                               {"since=10m&tail=5", "since", "tail"},
                                               {"from=live&tail=5", "from", "tail"}}) {
    const auto response = get(stage.sidecar().streams(), std::string(Stage::path) + "?" + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.body, HasSubstr(a));
    EXPECT_THAT(response.body, HasSubstr(b));
  }
}

TEST(StartRequest, RefusesInvalidStartRules) {
  Stage stage("embedded");
  for (const auto* query :
       {"from=latest", "since=yesterday", "since=10x", "since=-5", "since=2026-13-01T00:00:00Z",
        "since=99999999999999999999", "tail=-1", "tail=x", "tail=1.5", "since=%ff"}) {
    const auto response = get(stage.sidecar().streams(), std::string(Stage::path) + "?" + query);
    EXPECT_EQ(response.status, 400) << query << ": " << response.body;
  }
}

TEST(StartRequest, LimitsATailBeyondAnyNumber) {
  Stage stage("embedded");
  stage.append(3);
  auto stream = stage.open("tail=99999999999999999999");
  Ledger(1).read(stream, stage.written());
}

}  // namespace
}  // namespace e2e
