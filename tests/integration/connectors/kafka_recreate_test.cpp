// Kafka: topics that are deleted and recreated.

#include <chrono>
#include <list>
#include <thread>

#include "connectors/kafka/topic_id.hpp"
#include "tests/integration/connectors/kafka_test.hpp"

namespace sidestream::test {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

}  // namespace

TEST_F(KafkaTest, ResetsTheTailWhenARecreatedTopicIsLonger) {
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

// No record of the old topic is left to compare: only the topic id differs.
TEST_F(KafkaTest, ResetsTheTailWhenATopicIsRecreatedAfterRetentionRemovedAllRecords) {
  if (!kafka::has_topic_ids()) GTEST_SKIP() << "this librdkafka has no topic ids";
  const auto topic = new_topic();
  produce(topic, 10, "old");
  admin().delete_records(topic, 0, 10);
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  // The tail queries the topic's id when it starts.
  ASSERT_TRUE(eventually([&] { return connector().probe().tails == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  admin().replace_topic(topic, 1);
  produce(topic, 50, "new");
  ASSERT_TRUE(sink.wait_records(50));
  EXPECT_EQ(values_of(sink.records()), numbered("new", 0, 50));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.resets()[0].reason, "recreated");
}

// librdkafka 2.4 to 2.9 corrupts its memory here (metadata_cache.cpp).
TEST_F(KafkaTest, QueriesReadsAndWritesTopicsThatAreRecreatedRepeatedly) {
  const std::vector<std::string> topics{new_topic(), new_topic(), new_topic()};
  for (int generation = 0; generation < 4; ++generation) {
    for (const auto& topic : topics) {
      if (generation > 0) admin().replace_topic(topic, 1);
      produce(topic, 10 + generation, "v");
      const auto published = publish(topic);
      ASSERT_TRUE(published.has_value()) << published.error().message();
      EXPECT_EQ(published.value().offset, Offset::of(10 + generation));
      EXPECT_EQ(extent(topic).partitions[0].last, Offset::of(10 + generation));
      const auto [seen, through] =
          read({.log = topic, .after = Offset::of(-1), .until = Offset::of(10 + generation)});
      EXPECT_TRUE(through.has_value());
      EXPECT_EQ(seen.size(), static_cast<std::size_t>(11 + generation));
    }
  }
}

// Leader epochs of the new topic start at 0 again.
TEST_F(KafkaTest, ResetsTheTailWhenATopicIsRecreatedAfterALeaderRestart) {
  const auto topic = new_topic();
  produce(topic, 5, "old");
  broker().stop_broker();
  broker().start_broker();
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  RecordingSink sink;
  const auto tail = connector().tail(topic, end_of(topic), sink);
  produce(topic, 5, "more");
  ASSERT_TRUE(sink.wait_records(5));
  admin().replace_topic(topic, 1);
  produce(topic, 20, "new");
  ASSERT_TRUE(sink.wait_records(25));
  EXPECT_EQ(sink.records().back().offset, Offset::of(19)) << "the last offset of the new topic";
  EXPECT_EQ(sink.resets().size(), 1u);
}

// From 2.1 on librdkafka ignores all metadata of the new topic if it knew a higher leader epoch
// (leader_epochs.cpp), and the topic was missing while the tail was open.
TEST_F(KafkaTest, ReadsAndWritesTopicsThatReturnAfterALeaderRestart) {
  struct Watched {
    std::string topic;
    RecordingSink sink;
    std::unique_ptr<Tail> tail;
  };
  std::list<Watched> all;
  for (int i = 0; i < 4; ++i) {
    auto& watched = all.emplace_back();
    watched.topic = new_topic();
    produce(watched.topic, 5, "old");
    watched.tail = connector().tail(watched.topic, end_of(watched.topic), watched.sink);
    ASSERT_TRUE(publish(watched.topic).has_value());
  }
  broker().stop_broker();
  ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
  broker().start_broker();
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  for (auto& [topic, sink, tail] : all) {
    ASSERT_TRUE(eventually([&] { return publish(topic).has_value(); }));
    ASSERT_TRUE(sink.wait_records(2));
  }
  std::chrono::milliseconds pause{100};
  for (auto& [topic, sink, tail] : all) {
    const auto last = end_of(topic)[0];
    ASSERT_TRUE(read({.log = topic, .after = Offset::of(-1), .until = last}).second.has_value());
    const auto before = sink.records().size();
    admin().delete_topic(topic);
    std::this_thread::sleep_for(pause);
    pause += std::chrono::milliseconds(70);
    admin().create_topic(topic, 1);
    produce(topic, 20, "new");
    ASSERT_TRUE(sink.wait_records(before + 20));
    EXPECT_EQ(sink.resets().size(), 1u);
    const auto seen = read({.log = topic, .after = Offset::of(-1), .until = Offset::of(19)}).first;
    EXPECT_EQ(values_of(seen), numbered("new", 0, 20));
    const auto published = publish(topic);
    ASSERT_TRUE(published.has_value()) << published.error().message();
    EXPECT_EQ(published.value().offset, Offset::of(20));
  }
}

TEST_F(KafkaTest, ResetsTheTailWhenATopicIsRecreatedWithFewerPartitions) {
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

TEST_F(KafkaTest, SurvivesATopicThatIsMissingForAWhile) {
  const auto topic = new_topic();
  RecordingSink sink, late;
  auto tail = connector().tail(topic, end_of(topic), sink);
  produce(topic, 5, "old");
  ASSERT_TRUE(sink.wait_records(5));
  admin().delete_topic(topic);
  ASSERT_TRUE(
      eventually([&] { return connector().probe().detail().find(topic) != std::string::npos; }));
  EXPECT_TRUE(connector().probe().is_up()) << "the broker is reachable";
  // A tail may be closed meanwhile, and another one opened.
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
  EXPECT_EQ(read({.log = topic, .after = Offset::of(0), .until = Offset::of(4)}).second.value(),
            Offset::of(4));
  admin().delete_topic(topic);
  Answer<Offset> open;
  connector().read(
      {.log = topic, .after = Offset::of(1), .until = Offset::of(4)}, [](auto) {}, open.callback());
  EXPECT_EQ(open.get().error(), Errc::gone);
  const auto asked = Clock::now();
  connector().stop();
  EXPECT_LT(Clock::now() - asked, seconds(5));
}

TEST_F(KafkaTest, ReportsAMissingTopicInTheProbeUntilItExists) {
  const auto topic = unused_topic();
  const auto query = [&] {
    return ask<LogExtent>([&](auto done) { connector().extent(topic, done); });
  };
  EXPECT_EQ(query().error(), Errc::no_such_log);
  EXPECT_NE(connector().probe().detail().find(topic), std::string::npos);
  admin().create_topic(topic, 2);
  EXPECT_TRUE(eventually([&] { return query().has_value(); }));
  EXPECT_EQ(connector().probe().detail(), "");
}

}  // namespace sidestream::test
