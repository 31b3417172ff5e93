#include "connectors/redis/batch_size.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(BatchSize, StartsSmallAndFollowsTheSizeOfReceivedEntries) {
  BatchSize size(10'000, 5'000);
  EXPECT_EQ(size.next(), 2u);
  size.update(2, 2 * 999);
  EXPECT_EQ(size.next(), 10u);
  EXPECT_EQ(size.entry_bytes(), 1000u);
}

TEST(BatchSize, StartsWithAKnownSize) {
  const BatchSize size(10'000, 5'000, 100);
  EXPECT_EQ(size.next(), 100u);
  EXPECT_EQ(size.next(450), 5u) << "what is left of a range";
}

TEST(BatchSize, GrowsAtMostEightfold) {
  BatchSize size(1'000'000, 100'000);
  size.update(2, 0);
  EXPECT_EQ(size.next(), 16u);
}

TEST(BatchSize, RequestsOneEntryWhenEachIsHuge) {
  BatchSize size(10'000, 5'000);
  size.update(2, 5'000'000);
  EXPECT_EQ(size.next(), 1u);
  size.update(1, 99);
  EXPECT_EQ(size.next(), 8u) << "recovers with small entries";
}

TEST(BatchSize, ShrinksToOneAfterLostConnections) {
  BatchSize size(10'000, 5'000, 500);
  EXPECT_EQ(size.next(), 20u);
  EXPECT_TRUE(size.shrink());
  EXPECT_EQ(size.next(), 2u);
  EXPECT_EQ(size.entry_bytes(), 5'000u);
  EXPECT_TRUE(size.shrink());
  EXPECT_EQ(size.next(), 1u);
  EXPECT_FALSE(size.shrink());
}

TEST(BatchSize, StaysTheSameWhenTheReplyIsEmpty) {
  BatchSize size(10'000, 5'000);
  size.update(0, 0);
  EXPECT_EQ(size.next(), 2u);
}

TEST(BatchSize, NeverExceedsItsLimit) {
  BatchSize size(1'000'000, 10, 1);
  EXPECT_EQ(size.next(), 10u);
  size.update(10, 10);
  EXPECT_EQ(size.next(), 10u);
}

}  // namespace sidestream::redis
