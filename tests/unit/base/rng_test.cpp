#include "sidecar/base/rng.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(Rng, DrawsBothEndsAndNothingOutside) {
  bool least = false, most = false;
  for (int i = 0; i < 10000; ++i) {
    const auto n = random_between(3, 6);
    ASSERT_GE(n, 3);
    ASSERT_LE(n, 6);
    least = least || n == 3;
    most = most || n == 6;
  }
  EXPECT_TRUE(least && most);
}

}  // namespace
}  // namespace sidestream
