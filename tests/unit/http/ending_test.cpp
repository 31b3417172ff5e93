#include "sidecar/http/streams/ending.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

const Ending::Clock::time_point start = Ending::Clock::time_point(1h);

class EndingTest : public testing::Test {
 protected:
  Rng rng_{1};
  Ending ending_;
};

TEST_F(EndingTest, IsNeverDueByDefault) { EXPECT_FALSE(ending_.is_due(start + 10000h)); }

TEST_F(EndingTest, IsDueBetweenThreeQuartersOfMaxAgeAndMaxAge) {
  for (int i = 0; i < 100; ++i) {
    Ending ending;
    ending.set_max_age(start, 1000ms, rng_);
    EXPECT_FALSE(ending.is_due(start + 749ms));
    EXPECT_TRUE(ending.is_due(start + 1000ms));
    EXPECT_EQ(ending.reason(), CloseReason::max_age);
  }
}

TEST_F(EndingTest, IsDueWithinTheDrainWindow) {
  ending_.set_max_age(start, 1h, rng_);
  ending_.end_within(CloseReason::drain, 100ms, start, rng_);
  EXPECT_TRUE(ending_.is_due(start + 100ms));
  EXPECT_EQ(ending_.reason(), CloseReason::drain);
}

TEST_F(EndingTest, IsNotPostponedByALaterRequest) {
  ending_.end_within(CloseReason::reload, 0ms, start, rng_);
  ending_.end_within(CloseReason::drain, 10000h, start + 1ms, rng_);
  EXPECT_TRUE(ending_.is_due(start + 1ms));
}

TEST_F(EndingTest, KeepsTheFirstReason) {
  ending_.end_within(CloseReason::reload, 0ms, start, rng_);
  ending_.announce(start);
  ending_.end_within(CloseReason::drain, 0ms, start, rng_);
  EXPECT_EQ(ending_.reason(), CloseReason::reload);
  EXPECT_FALSE(ending_.is_due(start + 9s));
  EXPECT_TRUE(ending_.is_due(start + 10s));
}

}  // namespace
}  // namespace sidestream
