#include "sidecar/stream/start/resolve.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

Extent held(std::int64_t first, std::int64_t last) {
  return {Offset::of(first - 1), Offset::of(first), Offset::of(last)};
}

LogExtent extent(std::vector<Extent> partitions) {
  LogExtent e;
  e.partitions = std::move(partitions);
  return e;
}

StartPlan resolve(std::string_view id, const LogExtent& e, const Position& head = {},
                  Start on_reset = Start::live) {
  return resolve_id(parse_resume_id(id, "orders", OffsetFormat::integer), e, head, on_reset);
}

TEST(Resolve, ResumesAfterAnIdThatIsStillHeld) {
  const StartPlan plan = resolve("42", extent({held(0, 99)}));
  EXPECT_EQ(plan.position, Position{Offset::of(42)});
  EXPECT_TRUE(plan.gaps.empty());
  EXPECT_FALSE(plan.reset);
}

TEST(Resolve, AnnouncesAGapWhenRetentionTookRecords) {
  const StartPlan plan = resolve("9", extent({held(80, 99)}));
  ASSERT_EQ(plan.gaps.size(), 1u);
  EXPECT_EQ(plan.gaps[0].requested, Offset::of(9));
  EXPECT_EQ(plan.gaps[0].resumed, Offset::of(80));
  EXPECT_EQ(plan.gaps[0].lost, 70);
  EXPECT_EQ(plan.position, Position{Offset::of(79)});
  EXPECT_EQ(*plan.opening, Position{Offset::of(9)});  // no id beyond the gap before its notice
}

TEST(Resolve, AnnouncesNoGapRightBeforeTheFirstRecord) {
  EXPECT_TRUE(resolve("79", extent({held(80, 99)})).gaps.empty());
}

TEST(Resolve, CountsLostRecordsPerPartition) {
  const StartPlan plan = resolve("0.5~1.50", extent({held(10, 99), held(0, 99)}));
  ASSERT_EQ(plan.gaps.size(), 1u);
  EXPECT_EQ(plan.gaps[0].partition, 0);
  EXPECT_EQ(plan.gaps[0].lost, 4);
  EXPECT_EQ(plan.position, (Position{Offset::of(9), Offset::of(50)}));
}

TEST(Resolve, ReadsNewPartitionsFromTheirBeginning) {
  const StartPlan plan = resolve("42", extent({held(0, 99), held(0, 7)}));
  EXPECT_EQ(plan.position, (Position{Offset::of(42), Offset::of(-1)}));
  EXPECT_TRUE(plan.gaps.empty());
}

TEST(Resolve, ResetsAnIdBeyondTheEnd) {
  const StartPlan plan = resolve("100", extent({held(0, 99)}));
  EXPECT_EQ(plan.reset, ResetReason::beyond_end);
  EXPECT_EQ(plan.start, StartKind::reset);
  EXPECT_EQ(plan.position, Position{Offset::of(99)});
  EXPECT_FALSE(plan.opening);
}

TEST(Resolve, AcceptsAnIdThatOnlyTheTailHasSeen) {
  const StartPlan plan = resolve("100", extent({held(0, 99)}), {Offset::of(100)});
  EXPECT_FALSE(plan.reset);
}

TEST(Resolve, ResetsToTheConfiguredStart) {
  const StartPlan plan = resolve("x", extent({held(80, 99)}), {}, Start::earliest);
  EXPECT_EQ(plan.reset, ResetReason::garbage);
  EXPECT_EQ(plan.position, Position{Offset::of(79)});
}

TEST(Resolve, ReadsItsPartOfACompositeId) {
  EXPECT_EQ(resolve("alerts~7~~orders~42", extent({held(0, 99)})).position,
            Position{Offset::of(42)});
  EXPECT_EQ(resolve("alerts~7", extent({held(0, 99)})).reset, ResetReason::other_topic);
}

TEST(Resolve, ResetsAnIdThatNamesMorePartitionsThanTheLogHas) {
  EXPECT_EQ(resolve("0.1~1.2", extent({held(0, 99)})).reset, ResetReason::other_topic);
}

TEST(Resolve, ResetsAnIdOfAnotherFormat) {
  EXPECT_EQ(resolve("15-2", extent({held(0, 99)})).reset, ResetReason::other_topic);
}

TEST(Resolve, AcceptsPartitionsWithoutALeader) {
  LogExtent e = extent({held(0, 99), {Offset::of(-1), Offset::of(0), Offset::of(-1)}});
  e.unknown = {1};
  const StartPlan plan = resolve("0.42~1.17", e);
  EXPECT_FALSE(plan.reset);
  EXPECT_TRUE(plan.gaps.empty());
  EXPECT_EQ(plan.position, (Position{Offset::of(42), Offset::of(17)}));
}

TEST(Resolve, OmitsTheCountForAnOlderGeneration) {
  LogExtent e = extent({held(1000, 1099)});
  e.origin = Offset::of(1000);
  const StartPlan plan = resolve("5", e);
  ASSERT_EQ(plan.gaps.size(), 1u);
  EXPECT_FALSE(plan.gaps[0].lost);
}

}  // namespace
}  // namespace sidestream
