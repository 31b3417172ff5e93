#include "connectors/kafka/range_progress.hpp"

#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

using Take = RangeProgress::Take;

RangeProgress between(std::int64_t after, std::int64_t until, std::size_t records = 100,
                      std::size_t bytes = 1000) {
  Range range;
  range.after = Offset::of(after);
  range.until = Offset::of(until);
  range.max_records = records;
  range.max_bytes = bytes;
  return RangeProgress(range);
}

TEST(KafkaRangeProgress, TakesRecordsInTheRange) {
  auto progress = between(4, 7);
  EXPECT_EQ(progress.record(4, 1), Take::skip);
  EXPECT_EQ(progress.record(5, 1), Take::take);
  EXPECT_EQ(progress.record(6, 1), Take::take);
  EXPECT_FALSE(progress.complete());
  EXPECT_EQ(progress.record(7, 1), Take::last);
  EXPECT_EQ(progress.place(), 7);
  EXPECT_TRUE(progress.complete());
}

TEST(KafkaRangeProgress, IsCompleteAtARecordBeyondTheRange) {
  auto progress = between(4, 7);
  EXPECT_EQ(progress.record(5, 1), Take::take);
  EXPECT_EQ(progress.record(9, 1), Take::beyond);
  EXPECT_EQ(progress.place(), 7) << "6 and 7 do not exist";
}

TEST(KafkaRangeProgress, PassesMarkersAtTheEndOfThePartition) {
  auto progress = between(4, 7);
  EXPECT_EQ(progress.record(5, 1), Take::take);
  EXPECT_TRUE(progress.end_of_partition(8));
  EXPECT_EQ(progress.place(), 7);
}

TEST(KafkaRangeProgress, IsIncompleteWhenThePartitionEndsEarly) {
  auto progress = between(4, 7);
  EXPECT_FALSE(progress.end_of_partition(7));
  EXPECT_EQ(progress.place(), 6);
  EXPECT_FALSE(progress.end_of_partition(3)) << "it never moves back";
  EXPECT_EQ(progress.place(), 6);
}

TEST(KafkaRangeProgress, StopsAtTheRecordLimit) {
  auto progress = between(-1, 50, 2);
  EXPECT_EQ(progress.record(0, 1), Take::take);
  EXPECT_EQ(progress.record(1, 1), Take::last);
  EXPECT_EQ(progress.place(), 1);
  EXPECT_FALSE(progress.complete());
}

TEST(KafkaRangeProgress, StopsAfterTheRecordThatExceedsTheByteLimit) {
  auto progress = between(-1, 50, 100, 25);
  EXPECT_EQ(progress.record(0, 10), Take::take);
  EXPECT_EQ(progress.record(1, 10), Take::take);
  EXPECT_EQ(progress.record(2, 10), Take::last);
  auto tiny = between(-1, 50, 0, 0);
  EXPECT_EQ(tiny.record(0, 10), Take::last) << "at least one";
}

TEST(KafkaRangeProgress, IsCompleteWhenTheRangeIsEmpty) {
  EXPECT_TRUE(between(7, 7).complete());
  EXPECT_TRUE(between(7, 5).complete());
}

}  // namespace
}  // namespace sidestream::kafka
