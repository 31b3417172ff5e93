#include "connectors/redis/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sidestream::redis {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using Part = Health::Part;

class HealthTest : public testing::Test {
 protected:
  void all_available() {
    for (const auto part : {Part::ranges, Part::publishing, Part::tails, Part::doorbell}) {
      health.available(part);
    }
  }

  ConnectorProbe probe;
  std::vector<std::string> lines;
  Health health{"cache", probe,
                Logger(LogLevel::info, LogFormat::text,
                       [this](std::string_view line) { lines.emplace_back(line); })};
};

}  // namespace

TEST_F(HealthTest, IsUpWhenAllConnectionsAre) {
  EXPECT_FALSE(probe.is_up());
  health.available(Part::ranges);
  EXPECT_FALSE(probe.is_up());
  EXPECT_THAT(probe.detail(), StartsWith("not connected yet, since 20"));
  all_available();
  EXPECT_TRUE(probe.is_up());
  EXPECT_EQ(probe.detail(), "");
}

TEST_F(HealthTest, LogsAProblemOnceAndItsEnd) {
  all_available();
  for (int i = 0; i < 3; ++i) {
    health.unavailable(Part::tails, "h:1: connecting: refused");
    health.unavailable(Part::ranges, "h:1: connecting: refused");
  }
  EXPECT_FALSE(probe.is_up());
  EXPECT_THAT(probe.detail(), StartsWith("h:1: connecting: refused, since 20"));
  EXPECT_THAT(lines, SizeIs(1));
  health.available(Part::tails);
  EXPECT_FALSE(probe.is_up());
  all_available();
  EXPECT_TRUE(probe.is_up());
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1], HasSubstr("available again"));
}

TEST_F(HealthTest, NamesARefusedStreamAndStaysUp) {
  all_available();
  health.refused(Activity::live, "a", "WRONGTYPE");
  health.refused(Activity::start, "b", "WRONGTYPE");
  health.refused(Activity::start, "b", "WRONGTYPE");
  EXPECT_TRUE(probe.is_up());
  EXPECT_THAT(probe.detail(), HasSubstr("live of a refused: WRONGTYPE"));
  EXPECT_THAT(lines, SizeIs(2));
  health.served(Activity::live, "a");
  EXPECT_THAT(probe.detail(), StartsWith("start of b refused: WRONGTYPE"));
  health.served(Activity::start, "b");
  EXPECT_EQ(probe.detail(), "");
  EXPECT_THAT(lines, SizeIs(4)) << "each has a line when it begins and one when it is over";
}

}  // namespace sidestream::redis
