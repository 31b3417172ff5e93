#include "sidecar/http/streams/flush_delay.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = FlushDelay::Clock;

const Clock::time_point start = Clock::time_point(1h);

TEST(FlushDelay, DeliversTheFirstChangeAtOnce) { EXPECT_LE(FlushDelay({}).due(), start); }

TEST(FlushDelay, DeliversAtOnceWhenTheLogWasQuietDuringTheLastDelivery) {
  FlushDelay delay({});
  delay.delivered(start, start + 3ms, false);
  EXPECT_EQ(delay.due(), start + 3ms);
}

TEST(FlushDelay, CollectsForTheTimeOfTheLastDelivery) {
  FlushDelay delay({});
  delay.delivered(start, start + 3ms, true);
  EXPECT_EQ(delay.due(), start + 6ms);
}

TEST(FlushDelay, CollectsForTenMillisecondsAtMost) {
  FlushDelay delay({});
  delay.delivered(start, start + 50ms, true);
  EXPECT_EQ(delay.due(), start + 60ms);
}

TEST(FlushDelay, DoesNotDelayAfterACheapDelivery) {
  FlushDelay delay({});
  delay.delivered(start, start + 100us, true);
  EXPECT_EQ(delay.due(), start + 100us);
}

TEST(FlushDelay, FollowsTheTopicsSetting) {
  FlushDelay fixed(5ms);
  fixed.delivered(start, start + 1ms, false);
  EXPECT_EQ(fixed.due(), start + 6ms);
  FlushDelay none(0ms);
  none.delivered(start, start + 50ms, true);
  EXPECT_EQ(none.due(), start + 50ms);
}

}  // namespace
}  // namespace sidestream
