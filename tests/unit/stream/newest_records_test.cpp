#include "sidecar/stream/replay/newest_records.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

// After `records` records with even offsets.
NewestRecords after(std::int64_t wanted, std::int64_t records) {
  NewestRecords newest(wanted);
  for (std::int64_t i = 0; i < records; ++i) newest.add(Offset::of(2 * i));
  return newest;
}

TEST(NewestRecords, IsNotEnoughWithFewerThanWanted) {
  const NewestRecords newest = after(5, 3);
  EXPECT_FALSE(newest.enough());
  EXPECT_EQ(newest.missing(), 2);
}

TEST(NewestRecords, BeginsAtTheFirstWhenThereAreExactlyEnough) {
  for (const std::int64_t wanted : {1, 2, 63, 64, 65, 1000, 4097}) {
    const NewestRecords newest = after(wanted, wanted);
    ASSERT_TRUE(newest.enough());
    EXPECT_EQ(newest.begin(), Offset::of(0));
    EXPECT_EQ(newest.skip(), 0);
  }
}

TEST(NewestRecords, FindsTheBeginningWithinAMarkWhenThereAreMore) {
  for (const std::int64_t wanted : {1, 2, 63, 64, 65, 1000, 4097}) {
    for (const std::int64_t more : {1, 2, 63, 64, 1000, 100'000}) {
      const NewestRecords newest = after(wanted, wanted + more);
      ASSERT_TRUE(newest.enough());
      EXPECT_EQ(newest.begin().number() + 2 * newest.skip(), 2 * more) << wanted << " of " << more;
      EXPECT_LE(newest.skip(), wanted / 64);
    }
  }
}

TEST(NewestRecords, KeepsFewMarksWhateverPasses) {
  for (const std::int64_t wanted : {1, 64, 127, 1000, 100'000}) {
    const NewestRecords newest = after(wanted, 300'000);
    EXPECT_LE(newest.marks(), 130u) << wanted;
  }
}

}  // namespace
}  // namespace sidestream
