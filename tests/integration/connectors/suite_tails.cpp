// Tails deliver everything after a position, in order, each record once. Losses are reported.
#include <algorithm>
#include <set>
#include <thread>

#include "tests/integration/connectors/suite.hpp"

namespace sidestream::test {
namespace {

std::vector<Offset> joined(std::vector<Offset> a, const std::vector<Offset>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_P(ConnectorSuite, DeliversRecordsAfterThePosition) {
  const auto log = new_log();
  const auto offsets = append(log, 10, "old");
  RecordingSink from_end, from_middle;
  const auto live = connector().tail(log, {offsets[9]}, from_end);
  const auto late = connector().tail(log, {offsets[4]}, from_middle);
  const auto fresh = append(log, 100, "new");
  ASSERT_TRUE(from_end.wait_records(100));
  ASSERT_TRUE(from_middle.wait_records(105));
  EXPECT_EQ(offsets_of(from_end.records()), fresh);
  const std::vector<Offset> held(offsets.begin() + 5, offsets.end());
  EXPECT_EQ(offsets_of(from_middle.records()), joined(held, fresh));
}

TEST_P(ConnectorSuite, DeliversTheFirstRecordOfANewLog) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  const auto offsets = append(log, 1);
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_EQ(offsets_of(sink.records()), offsets);
}

TEST_P(ConnectorSuite, DeliversAllRecordsUnderLoad) {
  const auto log = new_log();
  RecordingSink early, late;
  const auto first = connector().tail(log, end_of(log), early);
  std::vector<Offset> all;
  for (int i = 0; i < 20; ++i) all = joined(all, append(log, 250));
  const auto second = connector().tail(log, {all[999]}, late);
  for (int i = 0; i < 20; ++i) all = joined(all, append(log, 250));
  ASSERT_TRUE(early.wait_records(all.size()));
  ASSERT_TRUE(late.wait_records(all.size() - 1000));
  EXPECT_EQ(offsets_of(early.records()), all);
  EXPECT_EQ(offsets_of(late.records()), std::vector<Offset>(all.begin() + 1000, all.end()));
  EXPECT_TRUE(early.losses().empty());
  EXPECT_TRUE(early.resets().empty());
}

TEST_P(PartitionSuite, KeepsTheOrderOfEachPartition) {
  const auto log = new_log(3);
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  std::vector<std::vector<Offset>> expected(3);
  for (int round = 0; round < 10; ++round) {
    for (Partition p = 0; p < 3; ++p) {
      auto& all = expected[static_cast<std::size_t>(p)];
      all = joined(all, append(log, 20, "v", p));
    }
  }
  ASSERT_TRUE(sink.wait_records(600));
  std::vector<std::vector<Offset>> seen(3);
  for (const auto& r : sink.records())
    seen[static_cast<std::size_t>(r.partition)].push_back(r.offset);
  EXPECT_EQ(seen, expected);
}

TEST_P(PartitionSuite, ReportsANewPartition) {
  const auto log = new_log(2);
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  append(log, 1, "old", 1);
  ASSERT_TRUE(sink.wait_records(1));
  broker().grow_log(log, 3);
  append(log, 3, "new", 2);
  ASSERT_TRUE(sink.wait_records(4));
  EXPECT_EQ(sink.partitions_now(), 3);
  const auto records = sink.records();
  EXPECT_EQ(records[1].partition, 2);
  EXPECT_EQ(records[1].offset, Offset::of(0));
}

TEST_P(TrimSuite, ReportsNoLossWhenDeliveredRecordsAreTrimmed) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  const auto old = append(log, 10);
  ASSERT_TRUE(sink.wait_records(10));
  broker().trim(log, 0, old.back().next());
  const auto fresh = append(log, 5);
  ASSERT_TRUE(sink.wait_records(15));
  EXPECT_EQ(offsets_of(sink.records()), joined(old, fresh));
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_P(TrimSuite, ReportsLossWhenTrimmingOvertakesTheTail) {
  const auto log = new_log();
  RecordingSink sink;
  const auto start = end_of(log);
  sink.hold();
  const auto tail = connector().tail(log, start, sink);
  auto all = append(log, 1);
  for (int i = 0; i < 10; ++i) {
    all = joined(all, append_values(log, std::vector<std::string>(1000, std::string(100, 'x'))));
  }
  broker().trim(log, 0, all.back().next());
  sink.release();
  const auto last = append(log, 3, "after").back();
  ASSERT_TRUE(sink.wait(
      [&] { return !sink.records_now().empty() && sink.records_now().back().offset >= last; }));
  // Each record was delivered or is in a reported loss. No loss counts delivered records.
  std::set<Offset> missing(all.begin(), all.end());
  for (const auto& offset : offsets_of(sink.records())) missing.erase(offset);
  for (const auto& loss : sink.losses()) {
    const auto from = missing.upper_bound(loss.position);
    const auto to = missing.lower_bound(loss.resumed);
    if (loss.lost && loss.exact) {
      EXPECT_EQ(*loss.lost, std::distance(from, to));
    }
    if (loss.lost && !loss.exact) {
      EXPECT_GE(*loss.lost, std::distance(from, to));
    }
    missing.erase(from, to);
  }
  EXPECT_TRUE(missing.empty()) << missing.size() << " records were lost without report";
  EXPECT_TRUE(sink.resets().empty());
}

TEST_P(TrimSuite, ReportsLossWhenTheTailStartsBelowRetention) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  broker().trim(log, 0, offsets[6]);
  RecordingSink sink;
  const auto tail = connector().tail(log, {offsets[1]}, sink);
  ASSERT_TRUE(sink.wait_records(4));
  EXPECT_EQ(offsets_of(sink.records()), std::vector<Offset>(offsets.begin() + 6, offsets.end()));
  const auto losses = sink.losses();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].position, offsets[1]);
  EXPECT_EQ(losses[0].resumed, offsets[6]);
  if (losses[0].lost && losses[0].exact) {
    EXPECT_EQ(*losses[0].lost, 4);
  }
}

TEST_P(RecreateSuite, ResetsTheTailWhenTheLogIsRecreated) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  append(log, 20, "old");
  ASSERT_TRUE(sink.wait_records(20));
  broker().delete_log(log);
  broker().recreate_log(log);
  const auto fresh = append(log, 3, "new");
  ASSERT_TRUE(sink.wait([&] { return !sink.resets_now().empty(); }));
  ASSERT_TRUE(sink.wait_records(23));
  auto records = sink.records();
  records.erase(records.begin(), records.begin() + 20);
  EXPECT_EQ(offsets_of(records), fresh);
  const auto resets = sink.resets();
  ASSERT_EQ(resets.size(), 1u);
  EXPECT_FALSE(resets[0].reason.empty());
  ASSERT_EQ(resets[0].position.size(), 1u);
  EXPECT_LT(resets[0].position[0], fresh[0]);
}

TEST_P(ConnectorSuite, ClosesATailWhileRecordsAreDelivered) {
  const auto log = new_log();
  append(log, 200);
  const auto start = only_extent(log).floor;
  std::atomic<bool> finished{false};
  std::thread ending([&] {
    for (int i = 0; i < 30; ++i) {
      // The sink is destroyed right after its tail: a late call would use freed memory.
      auto sink = std::make_unique<RecordingSink>();
      auto tail = connector().tail(log, {start}, *sink);
      sink->wait_records(static_cast<std::size_t>(1 + i * 7), std::chrono::seconds(5));
      tail.reset();
      const auto count = sink->count();
      EXPECT_EQ(sink->count(), count);
    }
    finished = true;
  });
  while (!finished) append(log, 20);
  ending.join();
}

TEST_P(ConnectorSuite, ClosesATailAfterStop) {
  const auto log = new_log();
  RecordingSink sink;
  auto tail = connector().tail(log, end_of(log), sink);
  append(log, 1);
  ASSERT_TRUE(sink.wait_records(1));
  connector().stop();
  tail.reset();
  EXPECT_EQ(connector().probe().tails.load(), 0u);
}

TEST_P(ConnectorSuite, ReadsManyLogsAtOnce) {
  const std::size_t count = broker().supports_partitions() ? 20 : 300;
  std::vector<std::string> logs;
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Tail>> tails;
  for (std::size_t i = 0; i < count; ++i) {
    logs.push_back(new_log());
    sinks.push_back(std::make_unique<RecordingSink>());
    tails.push_back(connector().tail(logs[i], end_of(logs[i]), *sinks[i]));
  }
  EXPECT_EQ(connector().probe().tails.load(), count);
  for (const auto& round : {"a", "b"}) {
    for (std::size_t i = 0; i < count; ++i) append_values(logs[i], {round + logs[i]});
  }
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(sinks[i]->wait_records(2)) << logs[i];
    const std::vector<std::string> expected{"a" + logs[i], "b" + logs[i]};
    EXPECT_EQ(values_of(sinks[i]->records()), expected);
  }
  tails.clear();
  EXPECT_EQ(connector().probe().tails.load(), 0u);
}

TEST_P(TwoConnectorsSuite, DeliversTheSameLogToTwoConnectors) {
  const auto log = new_log();
  const auto start = end_of(log);
  const auto other = another_connector();
  RecordingSink here, there;
  const auto tail = connector().tail(log, start, here);
  auto distant = other->tail(log, start, there);
  std::vector<Offset> offsets;
  for (int i = 0; i < 10; ++i) {
    offsets.push_back(publish(log, {.value = "here"}).value().offset);
    const auto published =
        ask<Published>([&](auto done) { other->publish(log, {.value = "there"}, done); });
    offsets.push_back(published.value().offset);
  }
  ASSERT_TRUE(here.wait_records(20));
  ASSERT_TRUE(there.wait_records(20));
  EXPECT_EQ(offsets_of(here.records()), offsets);
  EXPECT_EQ(offsets_of(there.records()), offsets);
  distant.reset();
  other->stop();
}

}  // namespace sidestream::test
