#include "connectors/redis/plain_starts.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(PlainStarts, AllowsOneASecondForEachLog) {
  using std::chrono::milliseconds;
  PlainStarts starts;
  const PlainStarts::Clock::time_point begin{milliseconds(5000)};
  EXPECT_EQ(starts.ask("a", begin), begin);
  EXPECT_EQ(starts.ask("b", begin + milliseconds(1)), begin + milliseconds(1));
  EXPECT_EQ(starts.ask("a", begin + milliseconds(400)), begin + milliseconds(1000));
  EXPECT_EQ(starts.ask("a", begin + milliseconds(1000)), begin + milliseconds(1000));
  EXPECT_EQ(starts.ask("a", begin + milliseconds(1500)), begin + milliseconds(2000));
}

}  // namespace sidestream::redis
