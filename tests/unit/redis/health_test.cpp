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
  void all_well() {
    for (const auto part : {Part::ranges, Part::publishing, Part::tails, Part::doorbell}) {
      health.well(part);
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
  health.well(Part::ranges);
  EXPECT_FALSE(probe.is_up());
  EXPECT_THAT(probe.detail(), StartsWith("not connected yet, since 20"));
  all_well();
  EXPECT_TRUE(probe.is_up());
  EXPECT_EQ(probe.detail(), "");
}

TEST_F(HealthTest, ATroubleIsLoggedOnceAndWhenItIsOver) {
  all_well();
  for (int i = 0; i < 3; ++i) {
    health.ill(Part::tails, "h:1: connecting: refused");
    health.ill(Part::ranges, "h:1: connecting: refused");
  }
  EXPECT_FALSE(probe.is_up());
  EXPECT_THAT(probe.detail(), StartsWith("h:1: connecting: refused, since 20"));
  EXPECT_THAT(lines, SizeIs(1));
  health.well(Part::tails);
  EXPECT_FALSE(probe.is_up());
  all_well();
  EXPECT_TRUE(probe.is_up());
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1], HasSubstr("available again"));
}

TEST_F(HealthTest, AnUnreadableStreamIsNamedAndTheProbeStaysUp) {
  all_well();
  health.stream_ill("a", "WRONGTYPE");
  health.stream_ill("b", "WRONGTYPE");
  health.stream_ill("b", "WRONGTYPE");
  EXPECT_TRUE(probe.is_up());
  EXPECT_EQ(probe.detail(), "stream a can't be read: WRONGTYPE (and 1 more)");
  EXPECT_THAT(lines, SizeIs(2));
  health.stream_well("a");
  EXPECT_EQ(probe.detail(), "stream b can't be read: WRONGTYPE");
  health.stream_well("b");
  EXPECT_EQ(probe.detail(), "");
}

}  // namespace sidestream::redis
