#include "sidecar/http/proxy/minimum_rate.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

TEST(MinimumRate, AllowsLessTimeUntilTenKibibytesHaveArrived) {
  MinimumRate rate;
  EXPECT_EQ(rate.allowance(), 10s);
  rate.add(4s, 10 * 1024 - 1);
  EXPECT_EQ(rate.allowance(), 6s);
  rate.add(5s, 1);
  EXPECT_EQ(rate.allowance(), 10s);
}

TEST(MinimumRate, EndsABodyThatTrickles) {
  MinimumRate rate;
  for (int i = 0; i < 10; ++i) rate.add(1s, 1);
  EXPECT_LE(rate.allowance(), 0s);
}

}  // namespace
}  // namespace sidestream
