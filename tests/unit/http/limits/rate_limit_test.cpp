#include "sidecar/http/limits/rate_limit.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = RateLimit::Clock;

constexpr std::uint64_t a = 1, b = 2;
constexpr double rate = 10;  // a second

class Rate : public testing::Test {
 protected:
  bool take(std::uint64_t key, double amount = 1) {
    return limit_.take(key, amount, rate, now_) == Clock::duration::zero();
  }
  int take_all(std::uint64_t key) {
    int taken = 0;
    while (take(key)) ++taken;
    return taken;
  }

  RateLimit limit_{1024};
  Clock::time_point now_ = Clock::time_point(1000s);
};

TEST_F(Rate, AllowsTwoSecondsWorthAtOnce) {
  EXPECT_EQ(take_all(a), 20);
  EXPECT_EQ(take_all(b), 20) << "each key has its own";
}

TEST_F(Rate, AllowsTheRateInTheLongRun) {
  take_all(a);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    now_ += 10ms;
    taken += take(a);
  }
  EXPECT_EQ(taken, 100);
}

TEST_F(Rate, GivesTheBurstBackAfterTwoSeconds) {
  take_all(a);
  now_ += 2s;
  EXPECT_EQ(take_all(a), 20);
  now_ += 1h;
  EXPECT_EQ(take_all(a), 20) << "and no more";
}

TEST_F(Rate, TellsHowLongToWait) {
  take_all(a);
  EXPECT_EQ(limit_.take(a, 1, rate, now_), 100ms);
  EXPECT_EQ(limit_.take(a, 5, rate, now_), 500ms) << "a refusal takes nothing";
  now_ += 100ms;
  EXPECT_TRUE(take(a));
  EXPECT_FALSE(take(a));
}

TEST_F(Rate, ChargesBeyondTheAllowance) {
  EXPECT_EQ(limit_.charge(a, 20, rate, now_), 0s);
  EXPECT_EQ(limit_.charge(a, 50, rate, now_), 5s);
  now_ += 4s;
  EXPECT_EQ(limit_.charge(a, 0, rate, now_), 1s);
  now_ += 1s;
  EXPECT_EQ(limit_.charge(a, 0, rate, now_), 0s);
}

TEST_F(Rate, NeverBlocksAKeyForMoreThanAnHour) {
  EXPECT_LE(limit_.charge(a, 1e30, rate, now_), 1h);
}

TEST_F(Rate, KeepsTheKeysThatHaveUsedMostWhenTheTableIsFull) {
  take_all(a);
  for (std::uint64_t key = 10; key < 200'010; ++key) take(key);
  EXPECT_FALSE(take(a));
}

}  // namespace
}  // namespace sidestream
