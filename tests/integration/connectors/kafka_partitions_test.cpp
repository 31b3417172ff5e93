// Kafka: several partitions, and the contents of records.

#include "tests/integration/connectors/kafka_test.hpp"

namespace sidestream::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

TEST_F(KafkaTest, ReadsEachPartitionFromItsOwnPosition) {
  const auto topic = new_topic(3);
  for (Partition p = 0; p < 3; ++p) produce(topic, 10, "v", p);
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(-1), Offset::of(4), Offset::of(9)}, sink);
  ASSERT_TRUE(sink.wait_records(15));
  produce(topic, 1, "new", 2);
  ASSERT_TRUE(sink.wait_records(16));
  EXPECT_EQ(values_of(sink.records(), 0), numbered("v", 0, 10));
  EXPECT_EQ(values_of(sink.records(), 1), numbered("v", 5, 10));
  EXPECT_EQ(values_of(sink.records(), 2), numbered("new", 0, 1));
}

TEST_F(KafkaTest, ReadsPartitionsFromTheirBeginningWhenThePositionOmitsThem) {
  const auto topic = new_topic(3);
  for (Partition p = 0; p < 3; ++p) produce(topic, 5, "v", p);
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(4)}, sink);
  ASSERT_TRUE(sink.wait_records(10));
  EXPECT_EQ(sink.partitions_now(), 3);
  EXPECT_EQ(values_of(sink.records(), 0), numbered("v", 0, 0));
  EXPECT_EQ(values_of(sink.records(), 1), numbered("v", 0, 5));
  EXPECT_EQ(values_of(sink.records(), 2), numbered("v", 0, 5));
}

TEST_F(KafkaTest, ReadsNewPartitionsWithinFiveSecondsOrAfterAQuery) {
  const auto topic = new_topic(1);
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  produce(topic, 1, "old");
  ASSERT_TRUE(sink.wait_records(1));
  admin().grow_topic(topic, 4);
  for (Partition p = 1; p < 4; ++p) produce(topic, 3, "new", p);
  ASSERT_TRUE(sink.wait_records(10, seconds(6)));
  for (Partition p = 1; p < 4; ++p) EXPECT_EQ(values_of(sink.records(), p), numbered("new", 0, 3));
  admin().grow_topic(topic, 5);
  produce(topic, 3, "newer", 4);
  EXPECT_EQ(extent(topic).partitions.size(), 5u);
  ASSERT_TRUE(sink.wait_records(13, seconds(2))) << "the query has found the new partition";
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaTest, PartitionsKeysLikeTheJavaClient) {
  constexpr int partitions = 7;
  const auto topic = new_topic(partitions);
  // Hashes from the tests of Kafka's own clients.
  const std::map<std::string, std::int32_t> hashes{{"21", -973932308},
                                                   {"foobar", -790332482},
                                                   {"a-little-bit-long-string", -985981536},
                                                   {"a-little-bit-longer-string", -1486304829},
                                                   {"abc", 479470107}};
  for (const auto& [key, hash] : hashes) {
    const auto published = ask<Published>([&, k = key](auto done) {
                             connector().publish(topic, {.value = "v", .key = k}, done);
                           }).value();
    EXPECT_EQ(published.partition, (hash & 0x7fffffff) % partitions) << key;
    EXPECT_EQ(published.partitions, partitions);
  }
}

TEST_F(KafkaTest, DeliversHeadersKeysTimesAndAbsentValues) {
  const auto topic = new_topic();
  const auto start = end_of(topic);
  RecordingSink sink;
  const auto tail = connector().tail(topic, start, sink);
  const std::vector<KafkaRecord> records{{.value = "v",
                                          .key = "k",
                                          .headers = {{"a", "1"}, {"b", std::nullopt}, {"a", ""}},
                                          .timestamp_ms = 1234567},
                                         {.value = std::nullopt, .key = "k"},
                                         {.value = "", .key = ""}};
  admin().produce(topic, 0, records);
  ASSERT_TRUE(sink.wait_records(3));
  const auto check = [](const std::vector<Seen>& seen) {
    ASSERT_EQ(seen.size(), 3u);
    using Headers = decltype(Seen::headers);
    EXPECT_EQ(seen[0].headers, (Headers{{"a", "1"}, {"b", std::nullopt}, {"a", ""}}));
    EXPECT_EQ(seen[0].timestamp.time_since_epoch(), milliseconds(1234567));
    EXPECT_EQ(seen[0].key, "k");
    EXPECT_EQ(seen[1].value, std::nullopt);
    EXPECT_TRUE(seen[1].headers.empty());
    EXPECT_EQ(seen[2].value, "");
    EXPECT_EQ(seen[2].key, "");
  };
  check(sink.records());
  check(read({.log = topic, .after = start[0], .until = Offset::of(2)}).first);
}

TEST_F(KafkaTest, RefusesATooLargeRecordWithoutBlockingOthers) {
  const auto topic = new_topic(1, {{"max.message.bytes", "10000"}});
  const auto publish = [&](std::size_t size) {
    return ask<Published>(
        [&](auto done) { connector().publish(topic, {.value = std::string(size, 'x')}, done); });
  };
  EXPECT_EQ(publish(20'000).error(), Errc::refused);
  EXPECT_EQ(publish(5'000).value().offset, Offset::of(0));
}

TEST_F(KafkaTest, ReadsRecordsLargerThanTheBuffers) {
  const auto topic = new_topic(1, {{"max.message.bytes", "30000000"}});
  const std::vector<KafkaRecord> records{
      {std::string(7'000'000, 'a')}, {"small"}, {std::string(7'000'000, 'b')}, {"last"}};
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  admin().produce(topic, 0, records);
  ASSERT_TRUE(sink.wait_records(4));
  EXPECT_EQ(sink.records()[2].value, records[2].value);
  Offset after = Offset::of(-1);
  std::size_t count = 0;
  while (after < Offset::of(3)) {
    const auto [seen, through] = read({.log = topic, .after = after, .until = Offset::of(3)});
    after = through.value();
    count += seen.size();
  }
  EXPECT_EQ(count, 4u);
}

}  // namespace sidestream::test
