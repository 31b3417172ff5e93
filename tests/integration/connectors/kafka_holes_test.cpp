// Kafka: offsets without records: transactions and compaction.

#include "tests/integration/connectors/kafka_test.hpp"
#include "tests/support/kafka/kafka_transaction.hpp"

namespace sidestream::test {

TEST_F(KafkaTest, TailPassesAbortedRecordsAndMarkers) {
  const auto topic = new_topic();
  produce(topic, 3, "plain");
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  KafkaTransaction transaction(broker().address(), topic);
  transaction.produce(topic, 0, values(2, "committed"));
  transaction.commit();
  transaction.begin();
  transaction.produce(topic, 0, values(4, "aborted"));
  transaction.abort();
  // 3-4 committed, 5 its marker, 6-9 aborted, 10 its marker.
  ASSERT_TRUE(sink.wait([&] { return sink.records_now().size() == 2; }));
  ASSERT_TRUE(eventually([&] { return sink.passed()[0] == Offset::of(10); }));
  EXPECT_EQ(values_of(sink.records()), numbered("committed", 0, 2));
  produce(topic, 1, "after");
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_EQ(sink.records()[2].offset, Offset::of(11));
  EXPECT_FALSE(extent(topic).exact) << "offsets do not count records here";
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(KafkaTest, RangePassesAbortedRecordsAndMarkers) {
  const auto topic = new_topic();
  produce(topic, 3, "plain");
  KafkaTransaction transaction(broker().address(), topic);
  transaction.produce(topic, 0, values(4, "aborted"));
  transaction.abort();
  ASSERT_TRUE(eventually([&] { return end_of(topic)[0] == Offset::of(7); }));
  const auto [seen, through] = read({.log = topic, .after = Offset::of(0), .until = Offset::of(7)});
  EXPECT_EQ(through.value(), Offset::of(7));
  EXPECT_EQ(values_of(seen), numbered("plain", 1, 3));
  const auto [none, passed] = read({.log = topic, .after = Offset::of(4), .until = Offset::of(6)});
  EXPECT_EQ(passed.value(), Offset::of(6));
  EXPECT_TRUE(none.empty());
  produce(topic, 1, "after");
  const auto [last, end] = read({.log = topic, .after = Offset::of(2), .until = Offset::of(8)});
  EXPECT_EQ(end.value(), Offset::of(8));
  EXPECT_EQ(values_of(last), numbered("after", 0, 1));
}

TEST_F(KafkaTest, HidesAnOpenTransactionUntilItIsCommitted) {
  const auto topic = new_topic();
  produce(topic, 2, "plain");
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(-1)}, sink);
  ASSERT_TRUE(sink.wait_records(2));
  KafkaTransaction transaction(broker().address(), topic);
  transaction.produce(topic, 0, values(2, "open"));
  produce(topic, 1, "behind");
  EXPECT_EQ(end_of(topic)[0], Offset::of(1)) << "the end is the stable one";
  EXPECT_EQ(sink.count(), 2u);
  transaction.commit();
  ASSERT_TRUE(sink.wait_records(5));
  EXPECT_EQ(values_of(sink.records()),
            (std::vector<std::string>{"plain0", "plain1", "open0", "open1", "behind0"}));
}

TEST_F(KafkaTest, PassesCompactedRecords) {
  const auto topic = new_topic(1, {{"cleanup.policy", "compact"},
                                   {"segment.ms", "100"},
                                   {"min.cleanable.dirty.ratio", "0.01"}});
  EXPECT_FALSE(extent(topic).exact);
  const auto all = [&] {
    std::vector<Seen> seen;
    const auto end = end_of(topic)[0];
    for (Offset after = Offset::of(-1); after < end;) {
      const auto [page, through] = read({.log = topic, .after = after, .until = end});
      if (!through) throw std::runtime_error(through.error().message());
      seen.insert(seen.end(), page.begin(), page.end());
      after = *through;
    }
    return seen;
  };
  // Writes records of few keys until the cleaner has removed some old ones.
  int written = 0;
  ASSERT_TRUE(eventually([&] {
    std::vector<KafkaRecord> records;
    for (int i = 0; i < 50; ++i)
      records.push_back({std::to_string(written++), "k" + std::to_string(i % 5)});
    admin().produce(topic, 0, records);
    const auto seen = all();
    return static_cast<int>(seen.size()) < written && seen.front().offset > Offset::of(100);
  }));
  // A range without any record left is passed too.
  const auto first = all().front().offset;
  const auto [none, through] =
      read({.log = topic, .after = Offset::of(10), .until = Offset::of(50)});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(through.value(), Offset::of(50));
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(10)}, sink);
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_GE(sink.records().front().offset, first);
  EXPECT_TRUE(sink.losses().empty()) << "compacted records are no loss";
  EXPECT_TRUE(sink.resets().empty());
}

}  // namespace sidestream::test
