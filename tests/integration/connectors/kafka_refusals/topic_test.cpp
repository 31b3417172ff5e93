// Topics that do not exist, and records that the broker refuses.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/integration/connectors/kafka_refusals/refusals_fixture.hpp"
#include "tests/support/kafka/kafka_quota.hpp"

namespace sidestream::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr auto* missing = "the topic does not exist";

}  // namespace

TEST_F(KafkaRefusals, ServesATopicOnceItExists) {
  const auto topic = unused_topic();
  connect();
  EXPECT_EQ(extent(topic).error(), Errc::no_such_log);
  EXPECT_EQ(read(topic, 9).error(), Errc::gone);
  const auto refused = publish(topic);
  EXPECT_EQ(refused.error(), Errc::no_such_log);
  EXPECT_THAT(refused.error().message(), HasSubstr(missing));
  expect_refused(Activity::start, topic, missing);
  expect_refused(Activity::publish, topic, missing);
  admin().place_topic(topic, {{1}});
  EXPECT_TRUE(eventually([&] { return extent(topic).has_value(); }));
  EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
  EXPECT_EQ(read(topic, 0).value(), Offset::of(0));
  expect_served(Activity::start, topic);
  expect_served(Activity::publish, topic);
}

TEST_F(KafkaRefusals, ReadsATopicThatWasDeletedAndRecreated) {
  const auto topic = new_topic();
  connect();
  RecordingSink sink;
  produce(topic, 3, "old");
  auto tail = connector().tail(topic, {Offset{}}, sink);
  ASSERT_TRUE(sink.wait_records(3));
  admin().delete_topic(topic);
  expect_refused(Activity::live, topic, missing);
  admin().place_topic(topic, {{1}});
  produce(topic, 3, "new");
  EXPECT_TRUE(sink.wait_records(6));
  EXPECT_EQ(sink.resets().size(), 1u);
  expect_served(Activity::live, topic);
}

// A template lets clients choose the names.
TEST_F(KafkaRefusals, ForgetsManyMissingTopicsAndServesOthersMeanwhile) {
  const auto topic = new_topic();
  connect();
  ASSERT_TRUE(extent(topic).has_value());
  constexpr int count = 2000;
  std::vector<Answer<LogExtent>> answers(count);
  for (int i = 0; i < count; ++i) {
    connector().extent("missing-" + std::to_string(i),
                       answers[static_cast<std::size_t>(i)].callback());
  }
  const auto asked = Clock::now();
  ASSERT_TRUE(publish(topic).has_value());
  EXPECT_LT(Clock::now() - asked, seconds(2));
  // Few wait; the others must ask again, as an open log does.
  std::vector<std::string> refused;
  for (int i = 0; i < count; ++i) {
    const auto error = answers[static_cast<std::size_t>(i)].get().error();
    if (error == Errc::unavailable)
      refused.push_back("missing-" + std::to_string(i));
    else
      EXPECT_EQ(error, Errc::no_such_log);
  }
  EXPECT_LT(refused.size(), static_cast<std::size_t>(count) - 200);
  refused.resize(std::min<std::size_t>(refused.size(), 20));
  for (const auto& name : refused) {
    EXPECT_TRUE(eventually([&] { return extent(name).error() == Errc::no_such_log; })) << name;
  }
  EXPECT_LT(detail().size(), 1000u);
  EXPECT_LE(lines().count({"request refused"}), 20u);
  const auto began = Clock::now();
  EXPECT_TRUE(extent(topic).has_value());
  EXPECT_LT(Clock::now() - began, seconds(1));
}

TEST_F(KafkaRefusals, NamesTheDelayWhenAQuotaIsExceeded) {
  const auto topic = new_topic();
  produce(topic, 300, std::string(1000, 'x'));
  const auto& brokers = cluster().first().address();
  set_quota(brokers, "sidestream", 20'000);
  connect();
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset{}}, sink);
  EXPECT_TRUE(eventually([&] { return detail().find("delayed by a quota") != std::string::npos; }));
  EXPECT_TRUE(connector().probe().is_up());
  EXPECT_EQ(lines().count({"requests delayed by a quota"}), 1u);
  set_quota(brokers, "sidestream", 0);
  EXPECT_TRUE(sink.wait_records(300));
  EXPECT_TRUE(eventually([&] { return detail().empty(); })) << detail();
}

TEST_F(KafkaRefusals, NamesTheReasonWhenARecordIsTooLarge) {
  const auto topic = new_topic({{1}}, {{"max.message.bytes", "1000"}});
  connect();
  const auto refused = publish(topic, {.value = std::string(5000, 'x')});
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("Message size too large"));
  expect_refused(Activity::publish, topic, "Message size too large");
  admin().configure_topic(topic, {{"max.message.bytes", "10000"}});
  EXPECT_TRUE(
      eventually([&] { return publish(topic, {.value = std::string(5000, 'x')}).has_value(); }));
  expect_served(Activity::publish, topic);
}

// Records are a little older than now when they arrive, as those of a host whose clock is wrong.
TEST_F(KafkaRefusals, NamesTheClockWhenTheBrokerDoesNotAcceptTheTime) {
  const auto topic = new_topic({{1}}, {{"message.timestamp.before.max.ms", "0"}});
  connect();
  const auto refused = publish(topic);
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("the clock of this host"));
  expect_refused(Activity::publish, topic, "the clock of this host");
  admin().configure_topic(topic, {{"message.timestamp.before.max.ms", "86400000"}});
  EXPECT_TRUE(eventually([&] { return publish(topic).has_value(); }));
}

TEST_F(KafkaRefusals, NamesTheReasonWhenACompactedTopicNeedsAKey) {
  const auto topic = new_topic({{1}}, {{"cleanup.policy", "compact"}});
  connect();
  const auto refused = publish(topic);
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("failed to validate record"));
  expect_refused(Activity::publish, topic, "failed to validate record");
  EXPECT_TRUE(publish(topic, {.value = "v", .key = "k"}).has_value());
  expect_served(Activity::publish, topic);
}

}  // namespace sidestream::test
