// ACLs: DESCRIBE, READ and WRITE denied and given back, in each activity.
#include "tests/integration/connectors/kafka_refusals/refusals_fixture.hpp"

namespace sidestream::test {
namespace {

constexpr auto* denied = "Topic authorization failed";
constexpr auto describe = RD_KAFKA_ACL_OPERATION_DESCRIBE;
constexpr auto reading = RD_KAFKA_ACL_OPERATION_READ;
constexpr auto writing = RD_KAFKA_ACL_OPERATION_WRITE;

}  // namespace

TEST_F(KafkaRefusals, StartsOnceDescribeIsAllowed) {
  const auto topic = new_topic();
  connect_as_alice();
  EXPECT_EQ(extent(topic).error(), Errc::refused);
  EXPECT_EQ(extent(topic).error(), Errc::refused);
  EXPECT_EQ(ask<Position>([&](auto done) { connector().locate(topic, {}, done); }).error(),
            Errc::refused);
  EXPECT_EQ(ask<Offset>([&](auto done) { connector().back(topic, 0, {}, 1, done); }).error(),
            Errc::refused);
  expect_refused(Activity::start, topic, denied);
  acls().allow(topic, describe);
  EXPECT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  expect_served(Activity::start, topic);
}

TEST_F(KafkaRefusals, ReadsLiveRecordsOnceReadIsAllowedAgain) {
  const auto topic = new_topic();
  acls().allow(topic, reading);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset{}}, sink);
  produce(topic, 10, "before");
  ASSERT_TRUE(sink.wait_records(10));
  acls().deny(topic, reading);
  // The broker answers a fetch that waits for records without a new check.
  EXPECT_TRUE(eventually([&] {
    produce(topic, 1, "during");
    return !detail().empty();
  }));
  expect_refused(Activity::live, topic, denied);
  const auto written = static_cast<std::size_t>(admin().marks(topic, 0).high);
  acls().clear(topic);
  acls().allow(topic, reading);
  EXPECT_TRUE(sink.wait_records(written));
  expect_served(Activity::live, topic);
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(KafkaRefusals, OpensATailThatMayNotReadYet) {
  const auto topic = new_topic();
  acls().allow(topic, describe);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  produce(topic, 10, "v");
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset{}}, sink);
  expect_refused(Activity::live, topic, denied);
  acls().allow(topic, reading);
  EXPECT_TRUE(sink.wait_records(10));
  expect_served(Activity::live, topic);
}

TEST_F(KafkaRefusals, DropsTheRefusalWithTheLastTail) {
  const auto topic = new_topic();
  acls().allow(topic, describe);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  produce(topic, 1, "v");
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset{}}, sink);
  expect_refused(Activity::live, topic, denied);
  tail.reset();
  EXPECT_EQ(detail(), "");
}

TEST_F(KafkaRefusals, ReplaysOnceReadIsAllowed) {
  const auto topic = new_topic();
  produce(topic, 10, "v");
  acls().allow(topic, describe);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  EXPECT_EQ(read(topic, 9).error(), Errc::refused);
  EXPECT_EQ(read(topic, 9).error(), Errc::refused) << "and again";
  expect_refused(Activity::replay, topic, denied);
  acls().allow(topic, reading);
  EXPECT_TRUE(eventually([&] { return read(topic, 9) == Offset::of(9); }));
  expect_served(Activity::replay, topic);
}

TEST_F(KafkaRefusals, PublishesOnceWriteIsAllowed) {
  const auto topic = new_topic();
  const auto other = new_topic();
  acls().allow(topic, describe);
  acls().allow(other, writing);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return publish(other).has_value(); }));
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  const auto refused = publish(topic);
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr(denied));
  expect_refused(Activity::publish, topic, denied);
  acls().allow(topic, writing);
  EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
  expect_served(Activity::publish, topic);
}

// Such a user gets no producer id.
TEST_F(KafkaRefusals, PublishesOnceAUserWithoutAnyRightToWriteHasOne) {
  const auto topic = new_topic();
  acls().clear("");
  acls().allow(topic, describe);
  connect_as_alice();
  ASSERT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  constexpr auto* reason = "Cluster authorization failed";
  for (int i = 0; i < 3; ++i) {
    const auto refused = publish(topic);
    EXPECT_EQ(refused.error(), Errc::refused);
    EXPECT_THAT(refused.error().message(), testing::HasSubstr(reason));
  }
  expect_refused(Activity::publish, topic, reason);
  EXPECT_LE(lines().count({reason}), 2u);
  acls().allow(topic, writing);
  EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
  expect_served(Activity::publish, topic);
}

TEST_F(KafkaRefusals, PublishesOnceTheTopicMayBeDescribed) {
  const auto topic = new_topic();
  connect_as_alice();
  const auto refused = publish(topic);
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr(denied));
  expect_refused(Activity::publish, topic, denied);
  acls().allow(topic, writing);
  EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
  expect_served(Activity::publish, topic);
}

}  // namespace sidestream::test
