#include "sidecar/http/limits/address_quota.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sidestream {
namespace {

constexpr AddressKey a{1}, b{2};

TEST(AddressQuota, LimitsEachAddressByItself) {
  AddressQuota quota;
  const auto first = quota.take(a, 2);
  const auto second = quota.take(a, 2);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(quota.take(a, 2));
  EXPECT_TRUE(quota.take(b, 2));
  EXPECT_EQ(quota.held(a), 2u);
}

TEST(AddressQuota, TakesAgainAfterAPlaceIsGivenBack) {
  AddressQuota quota;
  { const auto place = quota.take(a, 1); }
  EXPECT_EQ(quota.held(a), 0u);
  EXPECT_TRUE(quota.take(a, 1));
}

TEST(AddressQuota, RefusesWhenTheLimitWasLowered) {
  AddressQuota quota;
  const auto first = quota.take(a, 9);
  const auto second = quota.take(a, 9);
  EXPECT_FALSE(quota.take(a, 2));
  EXPECT_FALSE(quota.take(b, 0));
  EXPECT_EQ(quota.addresses(), 1u);
}

TEST(AddressQuota, GivesAMovedPlaceBackOnce) {
  AddressQuota quota;
  {
    AddressPlace place = *quota.take(a, 9);
    AddressPlace other = std::move(place);
    AddressPlace third = *quota.take(b, 9);
    third = std::move(other);
    EXPECT_EQ(quota.held(a), 1u);
    EXPECT_EQ(quota.held(b), 0u);
  }
  EXPECT_EQ(quota.addresses(), 0u);
}

TEST(AddressQuota, ForgetsNothingThatIsHeld) {
  AddressQuota quota;
  const auto held = quota.take(a, 1);
  for (std::uint64_t i = 10; i < 200'010; ++i) quota.take(AddressKey{i}, 1);
  EXPECT_EQ(quota.addresses(), 1u);
  EXPECT_FALSE(quota.take(a, 1));
}

}  // namespace
}  // namespace sidestream
