#include "sidecar/settings/near_match.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

const std::vector<std::string_view> keys{"heartbeat", "retry", "max_connections", "from", "log"};

TEST(NearMatch, SuggestsTheNearestKey) {
  EXPECT_EQ(near_match("hearbeat", keys), "heartbeat");
  EXPECT_EQ(near_match("form", keys), "from");
  EXPECT_EQ(near_match("Retry", keys), "retry");
  EXPECT_EQ(near_match("max-connections", keys), "max_connections");
  EXPECT_EQ(near_match("maxConnections", keys), "max_connections");
  EXPECT_EQ(near_match("logs", keys), "log");
}

TEST(NearMatch, SuggestsNothingForOtherWords) {
  EXPECT_EQ(near_match("", keys), std::nullopt);
  EXPECT_EQ(near_match("x", {"y"}), std::nullopt);
  EXPECT_EQ(near_match("timeout", keys), std::nullopt);
  EXPECT_EQ(near_match(std::string(10'000, 'x'), keys), std::nullopt);
}

TEST(NearMatch, PrefersTheNearestOfSeveral) {
  EXPECT_EQ(near_match("events2", {"event", "events"}), "events");
}

TEST(NearMatch, ListsTheChoicesWhenNothingIsNear) {
  EXPECT_EQ(suggestion("form", keys, "allowed"), ", did you mean \"from\"?");
  EXPECT_EQ(suggestion("zzz", {"a", "b"}, "allowed"), "; allowed: a, b");
}

}  // namespace
}  // namespace sidestream
