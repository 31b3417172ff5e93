// Kafka: killed and frozen brokers, passwords, many concurrent queries.

#include <algorithm>
#include <fstream>

#include "connectors/kafka/kafka_connector.hpp"
#include "tests/integration/connectors/kafka_test.hpp"

namespace sidestream::test {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

}  // namespace

TEST_F(KafkaTest, NeitherLosesNorRepeatsARecordWhenTheBrokerIsKilledUnderLoad) {
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
  broker().server().kill();
  broker().server().start();
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

TEST_F(KafkaTest, DetectsAFrozenBrokerAndAnswersQueriesWhenItResumes) {
  const auto topic = new_topic();
  produce(topic, 10, "v");
  RecordingSink sink;
  const auto tail = connector().tail(topic, {Offset::of(-1)}, sink);
  ASSERT_TRUE(sink.wait_records(10));
  broker().server().freeze();
  Answer<LogExtent> held;
  Answer<Offset> ranged;
  Answer<Published> published;
  connector().extent(topic, held.callback());
  connector().read(
      {.log = topic, .after = Offset::of(3), .until = Offset::of(9)}, [](auto) {},
      ranged.callback());
  const auto asked = Clock::now();
  connector().publish(topic, {.value = "frozen"}, published.callback());
  EXPECT_TRUE(eventually([&] { return !connector().probe().is_up(); }, seconds(12)));
  EXPECT_TRUE(published.wait(publish_timeout + seconds(1)));
  EXPECT_LT(Clock::now() - asked, seconds(12));
  EXPECT_FALSE(held.ready());
  broker().server().thaw();
  EXPECT_TRUE(published.get().has_error());
  EXPECT_TRUE(held.get().has_value());
  EXPECT_EQ(ranged.get().value(), Offset::of(9));
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  produce(topic, 1, "after");
  ASSERT_TRUE(sink.wait([&] { return sink.records_now().back().value == "after0"; }));
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaTest, AnswersManyRangesOfOnePartitionAtOnce) {
  const auto topic = new_topic(2);
  produce(topic, 5000, "v");
  constexpr std::size_t count = 40;
  std::vector<std::vector<std::string>> seen(count);
  std::vector<Answer<Offset>> answers(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 100;
    connector().read(
        {.log = topic, .after = Offset::of(start - 1), .until = Offset::of(start + 149)},
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

TEST_F(KafkaTest, LimitsThreadsWithManyConcurrentQueries) {
  const auto topic = new_topic(12);
  for (Partition p = 0; p < 12; ++p) produce(topic, 100, "v", p);
  constexpr std::size_t count = 300;
  std::vector<Answer<LogExtent>> extents(count);
  std::vector<Answer<Offset>> ranges(count);
  for (std::size_t i = 0; i < count; ++i) {
    connector().extent(topic, extents[i].callback());
    connector().read(
        {.log = topic,
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

TEST(KafkaPasswordTest, ReportsAWrongPasswordInTheProbeWithoutShowingIt) {
  if (!shared_broker("kafka").unavailable().empty())
    GTEST_SKIP() << shared_broker("kafka").unavailable();
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
                                          Logger());
    connector->start();
    return connector;
  };
  const auto wrong = connect("hunter2-wrong");
  EXPECT_TRUE(eventually([&] {
    return wrong->probe().detail().find("uthentication") != std::string::npos;
  })) << wrong->probe().detail();
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
