#include "sidecar/stream/log/log_shares.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

using Bytes = std::vector<std::uint64_t>;
constexpr std::uint64_t mib = 1024 * 1024;

std::uint64_t sum(const Bytes& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

TEST(LogShares, GivesASingleLogEverything) {
  EXPECT_EQ(share_by_use(16 * mib, Bytes{0}), Bytes{16 * mib});
  EXPECT_EQ(share_by_use(16 * mib, Bytes{4096}), Bytes{16 * mib});
  EXPECT_EQ(share_by_use(16 * mib, Bytes{20 * mib}), Bytes{16 * mib});
  EXPECT_EQ(share_by_use(1024, Bytes{4096}), Bytes{1024});
}

TEST(LogShares, TakesNothingFromAFullLogForAThousandEmptyOnes) {
  Bytes used(1001, 0);
  used[500] = 15 * mib;
  const auto limits = share_by_use(16 * mib, used);
  EXPECT_EQ(limits[500], 15 * mib);
}

TEST(LogShares, LeavesSmallLogsWhatTheyUse) {
  Bytes used(101, 8 * 1024);
  used[0] = 16 * mib;
  const auto limits = share_by_use(16 * mib, used);
  for (std::size_t i = 1; i < used.size(); ++i) EXPECT_GE(limits[i], used[i]);
  EXPECT_GE(limits[0], 7 * mib);
}

TEST(LogShares, DividesEquallyAmongLogsThatAllWantMore) {
  const auto limits = share_by_use(16 * mib, Bytes(4, 16 * mib));
  EXPECT_EQ(limits, Bytes(4, 4 * mib));
}

TEST(LogShares, NeverExceedsTheBudget) {
  Rng rng(7);
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t budget = 1024 + rng() % (16 * mib);
    Bytes used(1 + rng() % 50);
    for (auto& bytes : used) bytes = rng() % 3 == 0 ? 0 : rng() % (1 + budget / (1 + rng() % 20));
    const auto limits = share_by_use(budget, used);
    ASSERT_EQ(limits.size(), used.size());
    ASSERT_LE(sum(limits), budget) << "round " << round;
  }
}

TEST(LogShares, DividesNothingAmongNoLogs) { EXPECT_TRUE(share_by_use(mib, {}).empty()); }

}  // namespace
}  // namespace sidestream
