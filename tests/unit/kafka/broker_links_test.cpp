#include "connectors/kafka/broker_links.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

const BrokerLinks::Clock::time_point begin{std::chrono::hours(1)};
const auto later = begin + BrokerLinks::grace;
constexpr auto* failure = "sasl_ssl://kafka.invalid:9092/1: Failed to resolve 'kafka.invalid'";

TEST(KafkaBrokerLinks, NamesBrokerAddressAndReason) {
  BrokerLinks links;
  links.keep({{1, "kafka.invalid:9092"}});
  EXPECT_EQ(links.trouble(1, begin), "");
  links.failed(failure, begin);
  EXPECT_EQ(links.trouble(1, begin), "") << "it may be back at once";
  EXPECT_EQ(links.trouble(1, later),
            "broker 1 at kafka.invalid:9092 is unreachable: Failed to resolve 'kafka.invalid'");
  EXPECT_THAT(links.text(later),
              StartsWith("broker 1 at kafka.invalid:9092 is unreachable since 2"));
  EXPECT_TRUE(links.none_reachable(later));
}

TEST(KafkaBrokerLinks, ForgetsTheReasonWithTheNextResponse) {
  BrokerLinks links;
  links.keep({{1, "a:1"}});
  links.failed("a:1/1: refused", begin);
  links.answered(1);
  EXPECT_EQ(links.text(later), "");
  EXPECT_FALSE(links.none_reachable(later));
  EXPECT_TRUE(links.doubtful().empty());
}

TEST(KafkaBrokerLinks, IsReachableWhileOneBrokerIs) {
  BrokerLinks links;
  links.keep({{1, "a:1"}, {2, "b:1"}});
  links.failed("b:1/2: refused", begin);
  EXPECT_FALSE(links.none_reachable(later));
  EXPECT_THAT(links.text(later), HasSubstr("broker 2 at b:1"));
  links.failed("a:1/1: refused", begin);
  EXPECT_TRUE(links.none_reachable(later));
}

TEST(KafkaBrokerLinks, ForgetsBrokersThatLeftTheCluster) {
  BrokerLinks links;
  links.keep({{1, "a:1"}, {2, "b:1"}});
  links.failed("b:1/2: refused", begin);
  links.keep({{1, "a:1"}});
  EXPECT_EQ(links.text(later), "");
  links.keep({{1, "moved:1"}});
  EXPECT_EQ(links.doubtful(), std::vector<std::int32_t>{1}) << "another address";
}

TEST(KafkaBrokerLinks, IgnoresBootstrapServersAndOtherTexts) {
  BrokerLinks links;
  links.keep({{1, "a:1"}});
  for (const auto* text : {"a:1/bootstrap: refused", "GroupCoordinator: refused", "a:1/1", "", ": ",
                           "topic/1x: refused", "a:1/7: refused"}) {
    links.failed(text, begin);
    EXPECT_EQ(links.text(later), "") << text;
  }
}

TEST(KafkaBrokerLinks, ReportsABrokerThatDoesNotRespond) {
  BrokerLinks links;
  links.keep({{1, "a:1"}});
  EXPECT_EQ(links.doubtful(begin).size(), 1u);
  EXPECT_EQ(links.doubtful(begin + seconds(4)).size(), 1u);
  EXPECT_EQ(links.text(begin + seconds(4)), "");
  links.doubtful(begin + seconds(5));
  EXPECT_THAT(links.text(begin + seconds(5)), HasSubstr("no response"));
  links.answered(1);
  EXPECT_TRUE(links.doubtful(begin + seconds(20)).empty());
  EXPECT_EQ(links.text(begin + seconds(20)), "");
}

TEST(KafkaBrokerLinks, ReportsEachChangeOnce) {
  BrokerLinks links;
  links.keep({{1, "a:1"}});
  links.failed("a:1/1: refused", begin);
  EXPECT_TRUE(links.changes(begin).empty());
  auto changes = links.changes(later);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].broker, "1 at a:1");
  EXPECT_EQ(changes[0].reason, "refused");
  EXPECT_TRUE(links.changes(later).empty());
  links.answered(1);
  changes = links.changes(later);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].reason, "");
  EXPECT_TRUE(links.changes(later).empty());
}

}  // namespace
}  // namespace sidestream::kafka
