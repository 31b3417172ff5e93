// Kafka: topics that go and come.

#include "tests/connectors/kafka_test.hpp"

namespace sidestream::test {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

}  // namespace

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
  ASSERT_TRUE(
      eventually([&] { return connector().probe().detail().find(topic) != std::string::npos; }));
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

TEST_F(KafkaTest, AnAskWaitsForATopicAndTheProbeSaysSo) {
  const auto topic = unmade_topic();
  Answer<LogExtent> answer;
  connector().extent(topic, answer.callback());
  ASSERT_TRUE(
      eventually([&] { return connector().probe().detail().find(topic) != std::string::npos; }));
  EXPECT_FALSE(answer.ready());
  admin().create_topic(topic, 2);
  EXPECT_EQ(answer.get().value().partitions.size(), 2u);
}

}  // namespace sidestream::test
