#include "connectors/redis/batch_size.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(BatchSize, FollowsTheSizeOfReceivedEntries) {
  BatchSize size(10'000, 5'000);
  EXPECT_EQ(size.next(), 16u);
  size.update(16, 16 * 99);
  EXPECT_EQ(size.next(), 100u);
}

TEST(BatchSize, GrowsAtMostEightfold) {
  BatchSize size(1'000'000, 100'000);
  size.update(16, 0);
  EXPECT_EQ(size.next(), 128u);
}

TEST(BatchSize, RequestsOneEntryWhenEachIsHuge) {
  BatchSize size(10'000, 5'000);
  size.update(2, 5'000'000);
  EXPECT_EQ(size.next(), 1u);
  size.update(1, 99);
  EXPECT_EQ(size.next(), 8u) << "recovers with small entries";
}

TEST(BatchSize, StaysTheSameWhenTheReplyIsEmpty) {
  BatchSize size(10'000, 5'000);
  size.update(0, 0);
  EXPECT_EQ(size.next(), 16u);
}

TEST(BatchSize, NeverExceedsItsLimit) {
  BatchSize size(1'000'000, 10);
  EXPECT_EQ(size.next(), 10u);
  size.update(10, 10);
  EXPECT_EQ(size.next(), 10u);
}

}  // namespace sidestream::redis
