#include "connectors/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/connector_probe.hpp"

namespace sidestream {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const Refusals::Clock::time_point begin{seconds(1000)};

}  // namespace

TEST(Refusals, NamesActivityLogAndReason) {
  Refusals refusals;
  EXPECT_EQ(refusals.text(), "");
  EXPECT_TRUE(refusals.refused(Activity::start, "a", "NOPERM", begin));
  EXPECT_THAT(refusals.text(begin), StartsWith("start of a refused: NOPERM, since 20"));
  refusals.refused(Activity::live, "b", "WRONGTYPE", begin);
  EXPECT_THAT(refusals.text(begin), HasSubstr("; live of b refused: WRONGTYPE, since 20"));
  refusals.refused(Activity::start, "c", "NOPERM", begin);
  EXPECT_THAT(refusals.text(begin), StartsWith("start of a, c refused: NOPERM, since 20"));
}

TEST(Refusals, LogsBeginAndEndOnce) {
  Refusals refusals;
  EXPECT_TRUE(refusals.refused(Activity::start, "a", "NOPERM", begin));
  EXPECT_FALSE(refusals.refused(Activity::start, "a", "NOPERM", begin));
  EXPECT_TRUE(refusals.refused(Activity::start, "a", "WRONGTYPE", begin)) << "another reason";
  EXPECT_FALSE(refusals.served(Activity::replay, "a"));
  EXPECT_TRUE(refusals.served(Activity::start, "a"));
  EXPECT_FALSE(refusals.served(Activity::start, "a"));
  EXPECT_EQ(refusals.text(begin), "");
  EXPECT_EQ(refusals.total(Activity::start), 3u);
}

TEST(Refusals, ForgetsWhatNobodyAsksAgain) {
  Refusals refusals;
  refusals.refused(Activity::replay, "a", "NOPERM", begin);
  refusals.refused(Activity::live, "b", "NOPERM", begin);
  refusals.refused(Activity::publish, "c", "NOPERM", begin);
  EXPECT_EQ(refusals.waiting(begin), 2u) << "nobody waits for a publish";
  EXPECT_EQ(refusals.waiting(begin + seconds(16)), 1u);
  EXPECT_THAT(refusals.text(begin + seconds(16)), HasSubstr("; publish of c refused"));
  EXPECT_THAT(refusals.text(begin + seconds(31)), StartsWith("live of b"));
}

TEST(Refusals, CountsALogOnce) {
  Refusals refusals;
  refusals.refused(Activity::start, "a", "NOPERM", begin);
  refusals.refused(Activity::replay, "a", "NOPERM", begin);
  refusals.refused(Activity::replay, "b", "NOPERM", begin);
  EXPECT_EQ(refusals.waiting(begin), 2u);
}

TEST(Refusals, IsBoundedAndLogsFewLines) {
  Refusals refusals;
  int lines = 0;
  for (int i = 0; i < 10'000; ++i) {
    lines += refusals.refused(Activity::start, "log" + std::to_string(i), "NOPERM", begin) ? 1 : 0;
  }
  EXPECT_LE(lines, 20);
  EXPECT_LE(refusals.waiting(begin), 256u);
  EXPECT_TRUE(refusals.refused(Activity::live, "orders", "NOPERM", begin + seconds(61)));
  EXPECT_THAT(refusals.text(begin), AllOf(HasSubstr("live of orders"), HasSubstr(" more refused")));
  EXPECT_LT(refusals.text(begin).size(), 1000u);
  EXPECT_TRUE(refusals.served(Activity::live, "orders"));
  EXPECT_EQ(refusals.total(Activity::start), 10'000u);
  EXPECT_TRUE(refusals.refused(Activity::start, "late", "NOPERM", begin + seconds(61)));
  EXPECT_EQ(refusals.waiting(begin + seconds(61)), 1u);
}

TEST(ConnectorProbe, ShowsTheBrokerAndRefusedLogs) {
  ConnectorProbe probe;
  probe.up();
  EXPECT_EQ(probe.detail(), "");
  probe.refusals.refused(Activity::live, "a", "NOPERM");
  EXPECT_THAT(probe.detail(), StartsWith("live of a refused: NOPERM"));
  probe.down("no reply");
  EXPECT_THAT(probe.detail(), StartsWith("no reply; live of a refused"));
}

}  // namespace sidestream
