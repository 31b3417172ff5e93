#include "connectors/redis/batch_size.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(BatchSize, GrowsByTheSizeOfWhatCame) {
  BatchSize size(10'000, 5'000);
  EXPECT_EQ(size.next(), 16u);
  size.saw(16, 16 * 99);
  EXPECT_EQ(size.next(), 100u);
}

TEST(BatchSize, GrowsEightfoldAtMost) {
  BatchSize size(1'000'000, 100'000);
  size.saw(16, 0);
  EXPECT_EQ(size.next(), 128u);
}

TEST(BatchSize, AsksForOneWhereEachIsHuge) {
  BatchSize size(10'000, 5'000);
  size.saw(2, 5'000'000);
  EXPECT_EQ(size.next(), 1u);
  size.saw(1, 99);
  EXPECT_EQ(size.next(), 8u) << "and finds back";
}

TEST(BatchSize, StaysWhereNothingCame) {
  BatchSize size(10'000, 5'000);
  size.saw(0, 0);
  EXPECT_EQ(size.next(), 16u);
}

TEST(BatchSize, NeverPassesItsLimit) {
  BatchSize size(1'000'000, 10);
  EXPECT_EQ(size.next(), 10u);
  size.saw(10, 10);
  EXPECT_EQ(size.next(), 10u);
}

}  // namespace sidestream::redis
