// What only Kafka has: several partitions, transactions, compaction, topics that are made anew, a broker
// that is frozen, passwords.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

#include "connectors/kafka/kafka_connector.hpp"
#include "tests/connectors/kafka_fixture.hpp"
#include "tests/connectors/recording.hpp"

namespace sidestream::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class KafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    broker_ = static_cast<KafkaFixture*>(&shared_broker("kafka"));
    if (const auto why = broker_->unavailable(); !why.empty()) GTEST_SKIP() << why;
    connector_ = broker_->make_connector();
    connector_->start();
  }
  void TearDown() override {
    if (connector_) connector_->stop();
  }

  KafkaFixture& broker() { return *broker_; }
  KafkaAdmin& admin() { return broker_->admin(); }
  Connector& connector() { return *connector_; }

  std::string new_topic(int partitions = 1, const std::map<std::string, std::string>& config = {}) {
    auto name = unmade_topic();
    admin().create_topic(name, partitions, config);
    return name;
  }
  static std::string unmade_topic() {
    static int made = 0;
    return "kafka-" + std::to_string(::getpid()) + "-" + std::to_string(made++);
  }
  // Values <prefix>0, <prefix>1, ...
  std::vector<std::int64_t> produce(const std::string& topic, int count, const std::string& prefix,
                                    Partition partition = 0) {
    return admin().produce(topic, partition, values(count, prefix));
  }
  static std::vector<KafkaRecord> values(int count, const std::string& prefix) {
    std::vector<KafkaRecord> records;
    for (int i = 0; i < count; ++i) records.push_back({prefix + std::to_string(i)});
    return records;
  }

  LogExtent extent(const std::string& topic) {
    return ask<LogExtent>([&](auto done) { connector().extent(topic, done); }).value();
  }
  Position end_of(const std::string& topic) {
    Position end;
    for (const auto& partition : extent(topic).partitions) end.push_back(partition.last);
    return end;
  }
  std::pair<std::vector<Seen>, Result<Offset>> read(Range range) {
    const auto seen = std::make_shared<std::vector<Seen>>();
    const auto keep = [seen](std::span<const Record> records) {
      for (const auto& record : records) seen->emplace_back(record);
    };
    auto through = ask<Offset>([&](auto done) { connector().read(std::move(range), keep, done); });
    return {*seen, through};
  }

 private:
  KafkaFixture* broker_ = nullptr;
  std::unique_ptr<Connector> connector_;
};

std::vector<std::string> values_of(const std::vector<Seen>& records, Partition partition = 0) {
  std::vector<std::string> values;
  for (const auto& record : records) {
    if (record.partition == partition) values.push_back(record.value.value_or("(tombstone)"));
  }
  return values;
}

std::vector<std::string> numbered(const std::string& prefix, int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i) all.push_back(prefix + std::to_string(i));
  return all;
}

}  // namespace

// ---- partitions ----

TEST_F(KafkaTest, EachPartitionIsReadFromItsOwnPlace) {
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

TEST_F(KafkaTest, PartitionsThatThePositionDoesNotNameAreReadFromTheirBeginning) {
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

TEST_F(KafkaTest, NewPartitionsAreReadWithinFiveSecondsAndWhenSomebodyAsks) {
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
  ASSERT_TRUE(sink.wait_records(13, seconds(2))) << "an ask has told of the new partition";
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaTest, KeysGoToThePartitionsThatJavaChooses) {
  constexpr int partitions = 7;
  const auto topic = new_topic(partitions);
  // Hashes from the tests of Kafka's own clients.
  const std::map<std::string, std::int32_t> hashes{{"21", -973932308},
                                                   {"foobar", -790332482},
                                                   {"a-little-bit-long-string", -985981536},
                                                   {"a-little-bit-longer-string", -1486304829},
                                                   {"abc", 479470107}};
  for (const auto& [key, hash] : hashes) {
    const auto published =
        ask<Published>([&, k = key](auto done) { connector().publish(topic, {.value = "v", .key = k}, done); })
            .value();
    EXPECT_EQ(published.partition, (hash & 0x7fffffff) % partitions) << key;
    EXPECT_EQ(published.partitions, partitions);
  }
}

// ---- records ----

TEST_F(KafkaTest, HeadersKeysTimesAndAbsentValuesArrive) {
  const auto topic = new_topic();
  const auto start = end_of(topic);
  RecordingSink sink;
  const auto tail = connector().tail(topic, start, sink);
  const std::vector<KafkaRecord> records{
      {.value = "v", .key = "k", .headers = {{"a", "1"}, {"b", std::nullopt}, {"a", ""}}, .timestamp_ms = 1234567},
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

TEST_F(KafkaTest, ARecordThatTheBrokerFindsTooLargeIsRefusedAndHoldsUpNothing) {
  const auto topic = new_topic(1, {{"max.message.bytes", "10000"}});
  const auto publish = [&](std::size_t size) {
    return ask<Published>(
        [&](auto done) { connector().publish(topic, {.value = std::string(size, 'x')}, done); });
  };
  EXPECT_EQ(publish(20'000).error(), Errc::refused);
  EXPECT_EQ(publish(5'000).value().offset, Offset::of(0));
}

TEST_F(KafkaTest, LargeRecordsAreReadWhateverTheBuffers) {
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

// ---- transactions and compaction ----

TEST_F(KafkaTest, AbortedRecordsAndMarkersArePassedByTheTail) {
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
  EXPECT_FALSE(extent(topic).exact) << "offsets don't count records here";
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(KafkaTest, ARangePassesAbortedRecordsAndMarkers) {
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

TEST_F(KafkaTest, AnOpenTransactionIsNotSeenUntilItIsCommitted) {
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

TEST_F(KafkaTest, CompactedRecordsArePassed) {
  const auto topic = new_topic(
      1, {{"cleanup.policy", "compact"}, {"segment.ms", "100"}, {"min.cleanable.dirty.ratio", "0.01"}});
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
  // Records of few keys, until the cleaner has taken some of the old ones.
  int written = 0;
  ASSERT_TRUE(eventually([&] {
    std::vector<KafkaRecord> records;
    for (int i = 0; i < 50; ++i) records.push_back({std::to_string(written++), "k" + std::to_string(i % 5)});
    admin().produce(topic, 0, records);
    const auto seen = all();
    return static_cast<int>(seen.size()) < written && seen.front().offset > Offset::of(100);
  }));
  // A range whose every record is gone is passed too.
  const auto first = all().front().offset;
  const auto [none, through] = read({.log = topic, .after = Offset::of(10), .until = Offset::of(50)});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(through.value(), Offset::of(50));
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(10)}, sink);
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_GE(sink.records().front().offset, first);
  EXPECT_TRUE(sink.losses().empty()) << "what compaction takes is no loss";
  EXPECT_TRUE(sink.resets().empty());
}

// ---- topics that go and come ----

TEST_F(KafkaTest, ATopicThatIsAtOnceMadeAnewAndLongerThanBeforeResetsItsTail) {
  for (int round = 0; round < 5; ++round) {
    const auto topic = new_topic(2);
    RecordingSink sink;
    const auto tail = connector().tail(topic, end_of(topic), sink);
    produce(topic, 5, "old", 0);
    produce(topic, 5, "old", 1);
    ASSERT_TRUE(sink.wait_records(10));
    admin().replace_topic(topic, 2);
    produce(topic, 100, "new", 0);
    produce(topic, 100, "new", 1);
    ASSERT_TRUE(sink.wait([&] { return !sink.resets_now().empty(); })) << "round " << round;
    ASSERT_TRUE(sink.wait_records(210));
    auto expected = numbered("old", 0, 5);
    const auto fresh = numbered("new", 0, 100);
    expected.insert(expected.end(), fresh.begin(), fresh.end());
    EXPECT_EQ(values_of(sink.records(), 0), expected);
    EXPECT_EQ(values_of(sink.records(), 1), expected);
    ASSERT_EQ(sink.resets().size(), 1u);
    EXPECT_EQ(sink.resets()[0].reason, "recreated");
    EXPECT_EQ(sink.resets()[0].position, (Position{Offset::of(-1), Offset::of(-1)}));
  }
}

TEST_F(KafkaTest, ATopicThatIsMadeAnewWithFewerPartitionsResetsItsTail) {
  const auto topic = new_topic(3);
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  for (Partition p = 0; p < 3; ++p) produce(topic, 5, "old", p);
  ASSERT_TRUE(sink.wait_records(15));
  admin().replace_topic(topic, 1);
  produce(topic, 50, "new");
  ASSERT_TRUE(sink.wait_records(65));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.resets()[0].position, Position{Offset::of(-1)});
}

TEST_F(KafkaTest, ATopicThatIsGoneForAWhileEndsNothing) {
  const auto topic = new_topic();
  RecordingSink sink, late;
  auto tail = connector().tail(topic, end_of(topic), sink);
  produce(topic, 5, "old");
  ASSERT_TRUE(sink.wait_records(5));
  admin().delete_topic(topic);
  ASSERT_TRUE(eventually([&] { return connector().probe().detail().find(topic) != std::string::npos; }));
  EXPECT_TRUE(connector().probe().is_up()) << "the broker is there";
  // A tail may end meanwhile, and another begin.
  const auto asked = Clock::now();
  tail.reset();
  EXPECT_LT(Clock::now() - asked, seconds(1));
  tail = connector().tail(topic, {Offset::of(4)}, late);
  admin().create_topic(topic, 1);
  produce(topic, 3, "new");
  ASSERT_TRUE(late.wait_records(3));
  EXPECT_EQ(late.resets().size(), 1u);
  EXPECT_EQ(values_of(late.records()), numbered("new", 0, 3));
  ASSERT_TRUE(eventually([&] { return connector().probe().detail().empty(); }));
}

TEST_F(KafkaTest, StopDoesNotHangOnADeletedTopic) {
  const auto topic = new_topic();
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  produce(topic, 5, "old");
  ASSERT_TRUE(sink.wait_records(5));
  EXPECT_EQ(read({.log = topic, .after = Offset::of(0), .until = Offset::of(4)}).second.value(), Offset::of(4));
  admin().delete_topic(topic);
  Answer<Offset> open;
  connector().read({.log = topic, .after = Offset::of(1), .until = Offset::of(4)}, [](auto) {}, open.callback());
  EXPECT_EQ(open.get().error(), Errc::gone);
  const auto asked = Clock::now();
  connector().stop();
  EXPECT_LT(Clock::now() - asked, seconds(5));
}

TEST_F(KafkaTest, AnAskWaitsForATopicAndTheProbeSaysSo) {
  const auto topic = unmade_topic();
  Answer<LogExtent> answer;
  connector().extent(topic, answer.callback());
  ASSERT_TRUE(eventually([&] { return connector().probe().detail().find(topic) != std::string::npos; }));
  EXPECT_FALSE(answer.ready());
  admin().create_topic(topic, 2);
  EXPECT_EQ(answer.get().value().partitions.size(), 2u);
}

// ---- trouble ----

TEST_F(KafkaTest, ABrokerKilledUnderLoadCostsNoRecordAndRepeatsNone) {
  if (broker().own() == nullptr) GTEST_SKIP() << "the broker is somebody else's";
  constexpr int partitions = 3;
  const auto topic = new_topic(partitions);
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  std::size_t expected = 0;
  const auto fill = [&] {
    for (Partition p = 0; p < partitions; ++p) produce(topic, 2000, "v", p);
    expected += 2000 * partitions;
  };
  fill();
  broker().own()->kill();
  broker().own()->start();
  fill();
  ASSERT_TRUE(sink.wait_records(expected));
  for (Partition p = 0; p < partitions; ++p) {
    std::int64_t next = 0;
    for (const auto& record : sink.records()) {
      if (record.partition == p) {
        ASSERT_EQ(record.offset, Offset::of(next++));
      }
    }
    EXPECT_EQ(next, 4000);
  }
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaTest, AFrozenBrokerIsNoticedAndAsksAreAnsweredWhenItGoesOn) {
  if (broker().own() == nullptr) GTEST_SKIP() << "the broker is somebody else's";
  const auto topic = new_topic();
  produce(topic, 10, "v");
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(-1)}, sink);
  ASSERT_TRUE(sink.wait_records(10));
  broker().own()->freeze();
  Answer<LogExtent> held;
  Answer<Offset> ranged;
  Answer<Published> published;
  connector().extent(topic, held.callback());
  connector().read({.log = topic, .after = Offset::of(3), .until = Offset::of(9)}, [](auto) {}, ranged.callback());
  const auto asked = Clock::now();
  connector().publish(topic, {.value = "frozen"}, published.callback());
  EXPECT_TRUE(eventually([&] { return !connector().probe().is_up(); }, seconds(12)));
  EXPECT_TRUE(published.wait(publish_timeout + seconds(1)));
  EXPECT_LT(Clock::now() - asked, seconds(12));
  EXPECT_FALSE(held.ready());
  broker().own()->thaw();
  EXPECT_TRUE(published.get().has_error());
  EXPECT_TRUE(held.get().has_value());
  EXPECT_EQ(ranged.get().value(), Offset::of(9));
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  produce(topic, 1, "after");
  ASSERT_TRUE(sink.wait([&] { return sink.records_now().back().value == "after0"; }));
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaTest, RangesOfOnePartitionFromManyPlacesAreAnsweredAtOnce) {
  const auto topic = new_topic(2);
  produce(topic, 5000, "v");
  constexpr std::size_t count = 40;
  std::vector<std::vector<std::string>> seen(count);
  std::vector<Answer<Offset>> answers(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 100;
    connector().read({.log = topic, .after = Offset::of(start - 1), .until = Offset::of(start + 149)},
                     [&seen, i](std::span<const Record> records) {
                       for (const auto& record : records) seen[i].emplace_back(*record.value);
                     },
                     answers[i].callback());
  }
  for (std::size_t i = 0; i < count; ++i) {
    const int start = static_cast<int>(i) * 100;
    EXPECT_EQ(answers[i].get().value(), Offset::of(start + 149));
    EXPECT_EQ(seen[i], numbered("v", start, start + 150));
  }
}

TEST_F(KafkaTest, ThreadsAreBoundedHoweverManyAsk) {
  const auto topic = new_topic(12);
  for (Partition p = 0; p < 12; ++p) produce(topic, 100, "v", p);
  constexpr std::size_t count = 300;
  std::vector<Answer<LogExtent>> extents(count);
  std::vector<Answer<Offset>> ranges(count);
  for (std::size_t i = 0; i < count; ++i) {
    connector().extent(topic, extents[i].callback());
    connector().read({.log = topic,
                      .partition = static_cast<Partition>(i % 12),
                      .after = Offset::of(static_cast<std::int64_t>(i) % 50),
                      .until = Offset::of(99)},
                     [](auto) {}, ranges[i].callback());
  }
  int threads = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      int now = 0;
      if (word == "Threads:" && status >> now) threads = std::max(threads, now);
    }
    EXPECT_TRUE(extents[i].get().has_value());
    EXPECT_TRUE(ranges[i].get().has_value());
  }
  EXPECT_LE(threads, 80);
}

TEST(KafkaPasswordTest, AWrongPasswordStandsInTheProbeWithoutBeingShown) {
  if (!shared_broker("kafka").unavailable().empty()) GTEST_SKIP() << shared_broker("kafka").unavailable();
  KafkaBroker broker({"+sasl"});
  broker.start();
  KafkaAdmin admin(broker.address());
  admin.create_topic("secured", 1);
  const auto connect = [&](const std::string& password) {
    auto connector = make_kafka_connector("kafka",
                                          {{"bootstrap.servers", broker.sasl_address()},
                                           {"security.protocol", "sasl_plaintext"},
                                           {"sasl.mechanisms", "PLAIN"},
                                           {"sasl.username", "alice"},
                                           {"sasl.password", password}},
                                          Log());
    connector->start();
    return connector;
  };
  const auto wrong = connect("hunter2-wrong");
  EXPECT_TRUE(eventually([&] { return wrong->probe().detail().find("uthentication") != std::string::npos; }))
      << wrong->probe().detail();
  EXPECT_FALSE(wrong->probe().is_up());
  EXPECT_EQ(wrong->probe().detail().find("hunter2"), std::string::npos);
  wrong->stop();
  const auto right = connect("secret");
  const auto held = ask<LogExtent>([&](auto done) { right->extent("secured", done); });
  EXPECT_EQ(held.value().partitions.size(), 1u);
  EXPECT_TRUE(right->probe().is_up());
  right->stop();
}

}  // namespace sidestream::test
