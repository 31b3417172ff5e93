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

TEST_F(HealthTest, NamesAnUnreadableStreamAndStaysUp) {
  all_available();
  health.stream_unreadable("a", "WRONGTYPE");
  health.stream_unreadable("b", "WRONGTYPE");
  health.stream_unreadable("b", "WRONGTYPE");
  EXPECT_TRUE(probe.is_up());
  EXPECT_EQ(probe.detail(), "stream a can't be read: WRONGTYPE (and 1 more)");
  EXPECT_THAT(lines, SizeIs(2));
  health.stream_readable("a");
  EXPECT_EQ(probe.detail(), "stream b can't be read: WRONGTYPE");
  health.stream_readable("b");
  EXPECT_EQ(probe.detail(), "");
}

}  // namespace sidestream::redis
