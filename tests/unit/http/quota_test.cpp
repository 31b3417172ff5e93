#include "sidecar/http/limits/quota.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(Quota, RefusesBeyondTheLimit) {
  Quota quota;
  const auto first = quota.take(2);
  const auto second = quota.take(2);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(quota.take(2));
  EXPECT_EQ(quota.taken(), 2u);
}

TEST(Quota, TakesAgainAfterAPlaceIsGivenBack) {
  Quota quota;
  { const auto place = quota.take(1); }
  EXPECT_EQ(quota.taken(), 0u);
  EXPECT_TRUE(quota.take(1));
}

TEST(Quota, GivesAMovedPlaceBackOnce) {
  Quota quota;
  {
    Place place = quota.take();
    Place other = std::move(place);
    Place third;
    third = std::move(other);
    EXPECT_EQ(quota.taken(), 1u);
  }
  EXPECT_EQ(quota.taken(), 0u);
}

TEST(Quota, GivesTheOldPlaceBackWhenAnotherIsAssigned) {
  Quota one, two;
  Place place = one.take();
  place = two.take();
  EXPECT_EQ(one.taken(), 0u);
  EXPECT_EQ(two.taken(), 1u);
}

}  // namespace
}  // namespace sidestream
