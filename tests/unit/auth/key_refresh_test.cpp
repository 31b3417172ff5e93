#include "sidecar/auth/token/key_refresh.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sidecar/auth/token/cache_control.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;
using LookUp = KeyRefresh::LookUp;

class Refreshing : public testing::Test {
 protected:
  // Waits until a fetch is due and starts it.
  void start() {
    ASSERT_NE(refresh.due(), KeyRefresh::Time::max());
    now = std::max(now, refresh.due());
    refresh.started(now);
    ++fetches;
  }
  bool succeed(std::optional<std::chrono::seconds> max_age = {}) {
    start();
    return refresh.succeeded(now, max_age);
  }
  bool fail(double jitter = 0) {
    start();
    return refresh.failed(now, jitter);
  }
  std::chrono::milliseconds until_due() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(refresh.due() - now);
  }

  KeyRefresh::Time now{1h};
  KeyRefresh refresh{now};
  int fetches = 0;
};

TEST_F(Refreshing, FetchesAtOnceAndEveryFiveMinutes) {
  EXPECT_EQ(until_due(), 0ms);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(succeed());
    EXPECT_EQ(until_due(), 5min);
  }
}

TEST_F(Refreshing, RunsOneFetchAtATime) {
  start();
  EXPECT_EQ(refresh.due(), KeyRefresh::Time::max());
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_EQ(refresh.due(), KeyRefresh::Time::max());
}

TEST_F(Refreshing, HonoursMaxAgeBetweenAMinuteAndADay) {
  const struct {
    std::chrono::seconds max_age, interval;
  } cases[] = {{0s, 60s}, {59s, 60s}, {61s, 61s}, {600s, 600s}, {86400s, 86400s}, {86401s, 86400s}};
  for (const auto& [max_age, interval] : cases) {
    succeed(max_age);
    EXPECT_EQ(until_due(), interval);
  }
}

TEST_F(Refreshing, BacksOffWhileTheServerFails) {
  std::vector<std::chrono::milliseconds> delays;
  for (int i = 0; i < 9; ++i) {
    fail();
    EXPECT_TRUE(refresh.failing());
    delays.push_back(until_due());
  }
  EXPECT_EQ(delays,
            (std::vector<std::chrono::milliseconds>{1s, 2s, 4s, 8s, 16s, 32s, 1min, 1min, 1min}));
  succeed();
  EXPECT_FALSE(refresh.failing());
  fail();
  EXPECT_EQ(until_due(), 1s);
}

TEST_F(Refreshing, JitterTakesUpToHalfOfTheDelay) {
  fail(1);
  EXPECT_EQ(until_due(), 500ms);
  fail(0.5);
  EXPECT_EQ(until_due(), 1500ms);
}

TEST_F(Refreshing, NeverOverflowsInALongOutage) {
  for (int i = 0; i < 1000; ++i) {
    fail();
    ASSERT_LE(until_due(), 1min);
    ASSERT_GE(until_due(), 1s);
  }
}

TEST_F(Refreshing, LooksUpAnUnknownKeyAtOnce) {
  succeed();
  now += 3s;
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_EQ(until_due(), 0ms);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(until_due(), 5min);
}

TEST_F(Refreshing, LooksUpOnceInTenSecondsHoweverManyAsk) {
  succeed();
  fetches = 0;
  int refused = 0;
  for (int tick = 0; tick < 1000; ++tick, now += 50ms) {  // 50 s, 100 requests each 50 ms
    for (int i = 0; i < 100; ++i) {
      if (refresh.want_key(now) == LookUp::refused) ++refused;
    }
    if (refresh.due() > now) continue;
    EXPECT_TRUE(succeed());
  }
  EXPECT_EQ(fetches, 5);
  EXPECT_EQ(refused, 100'000 - 5 * 100);
}

TEST_F(Refreshing, CountsTheTenSecondsFromTheLastLookUp) {
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_TRUE(succeed());
  now += 9999ms;
  EXPECT_EQ(refresh.want_key(now), LookUp::refused);
  EXPECT_EQ(refresh.next_look_up(), now + 1ms);
  now += 1ms;
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
}

TEST_F(Refreshing, OrdinaryFetchesDoNotDelayALookUp) {
  succeed();
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
}

TEST_F(Refreshing, ALookUpThatRunsIsShared) {
  succeed();
  refresh.want_key(now);
  start();
  EXPECT_EQ(refresh.want_key(now), LookUp::running);
  EXPECT_TRUE(refresh.succeeded(now, {}));
  EXPECT_EQ(refresh.want_key(now), LookUp::refused);
}

TEST_F(Refreshing, ALookUpFollowsTheFetchThatRuns) {
  start();
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_FALSE(refresh.succeeded(now, {}));  // it may have begun before the key was there
  EXPECT_EQ(until_due(), 0ms);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(until_due(), 5min);
}

TEST_F(Refreshing, LooksUpDuringBackOffToo) {
  for (int i = 0; i < 7; ++i) fail();
  EXPECT_EQ(until_due(), 1min);
  EXPECT_EQ(refresh.want_key(now), LookUp::wanted);
  EXPECT_EQ(until_due(), 0ms);
  EXPECT_TRUE(fail());
  EXPECT_EQ(refresh.want_key(now), LookUp::refused);
}

TEST(MaxAge, IsReadFromCacheControl) {
  const auto seconds = [](std::string_view text) {
    const auto found = parse_max_age(text);
    return found ? found->count() : -1;
  };
  EXPECT_EQ(seconds("max-age=600"), 600);
  EXPECT_EQ(seconds("public, max-age=19204, must-revalidate, no-transform"), 19204);
  EXPECT_EQ(seconds("Public,Max-Age=\"60\""), 60);
  EXPECT_EQ(seconds(" no-store ,\tmax-age=0 "), 0);
  EXPECT_EQ(seconds("max-age=99999999999999999999999999"), 2147483648);
  for (const char* text : {"", "no-store", "max-age", "max-age=", "max-age=-1", "max-age=1x",
                           "s-maxage=60", "max-age=\"", "x-max-age=5", ",,,", "max-age=1 2"}) {
    EXPECT_EQ(seconds(text), -1) << text;
  }
}

}  // namespace
}  // namespace sidestream::test
