#include "sidecar/http/limits/byte_budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sidestream {
namespace {

constexpr AddressKey a{1}, b{2};

TEST(ByteBudget, GivesOneAddressHalf) {
  ByteBudget budget(1000);
  auto first = *budget.take(a, 300);
  EXPECT_FALSE(budget.take(a, 201));
  EXPECT_TRUE(first.grow(200));
  EXPECT_FALSE(first.grow(1));
  EXPECT_EQ(budget.held(), 500u);
}

TEST(ByteBudget, GivesAnotherAddressHalfOfWhatIsLeft) {
  ByteBudget budget(1000);
  const auto first = budget.take(a, 500);
  EXPECT_FALSE(budget.take(b, 251));
  EXPECT_TRUE(budget.take(b, 250));
}

TEST(ByteBudget, LeavesRoomHoweverManyTakeAsMuchAsTheyCan) {
  constexpr std::uint64_t small = 1024;
  ByteBudget budget(4 * 1024 * 1024);
  std::vector<HeldBytes> held;
  for (std::uint64_t key = 10; key < 18; ++key) {
    while (auto more = budget.take(AddressKey{key}, small)) held.push_back(std::move(*more));
  }
  EXPECT_TRUE(budget.take(a, small));
}

TEST(ByteBudget, TakesItsBytesBack) {
  ByteBudget budget(1000);
  {
    auto first = *budget.take(a, 100);
    HeldBytes second = std::move(first);
    HeldBytes third = *budget.take(b, 50);
    third = std::move(second);
    first = HeldBytes();
    EXPECT_EQ(third.amount(), 100u);
  }
  EXPECT_EQ(budget.held(), 0u);
  EXPECT_TRUE(budget.take(a, 500));
}

TEST(ByteBudget, RefusesAmountsThatOverflow) {
  ByteBudget budget(1000);
  const auto first = budget.take(a, 1);
  EXPECT_FALSE(budget.take(a, UINT64_MAX));
  EXPECT_TRUE(budget.take(b, 0));
}

}  // namespace
}  // namespace sidestream
