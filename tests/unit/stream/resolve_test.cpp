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

TopicSettings topic() {
  TopicSettings t;
  t.name = "orders";
  return t;
}

StartPlan resolve(std::string_view id, const LogExtent& e) {
  return resolve_id(id, topic(), OffsetFormat::integer, e, {});
}

TEST(Resolve, ResumesAfterTheIdThatIsHeld) {
  const StartPlan plan = resolve("42", extent({held(0, 99)}));
  EXPECT_EQ(plan.position, Position{Offset::of(42)});
  EXPECT_TRUE(plan.gaps.empty());
  EXPECT_EQ(plan.reset, "");
}

TEST(Resolve, AnnouncesWhatRetentionTook) {
  const StartPlan plan = resolve("9", extent({held(80, 99)}));
  ASSERT_EQ(plan.gaps.size(), 1u);
  EXPECT_EQ(plan.gaps[0].requested, Offset::of(9));
  EXPECT_EQ(plan.gaps[0].resumed, Offset::of(80));
  EXPECT_EQ(plan.gaps[0].lost, 70);
  EXPECT_EQ(plan.position, Position{Offset::of(79)});
  EXPECT_EQ(*plan.opening, Position{Offset::of(9)});  // no id beyond the gap before its notice
}

TEST(Resolve, AnIdRightBeforeTheFirstRecordHasLostNothing) {
  EXPECT_TRUE(resolve("79", extent({held(80, 99)})).gaps.empty());
}

TEST(Resolve, CountsPerPartition) {
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

TEST(Resolve, ResetsWhatLiesBeyondTheEnd) {
  const StartPlan plan = resolve("100", extent({held(0, 99)}));
  EXPECT_EQ(plan.reset, "beyond_end");
  EXPECT_EQ(plan.position, Position{Offset::of(99)});
  EXPECT_FALSE(plan.opening);
}

TEST(Resolve, TheEndIsWhatTheTailHasSeenIfThatIsMore) {
  const auto plan =
      resolve_id("100", topic(), OffsetFormat::integer, extent({held(0, 99)}), {Offset::of(100)});
  EXPECT_EQ(plan.reset, "");
}

TEST(Resolve, ResetsToTheConfiguredPlace) {
  TopicSettings t = topic();
  t.on_reset = Start::earliest;
  const auto plan = resolve_id("x", t, OffsetFormat::integer, extent({held(80, 99)}), {});
  EXPECT_EQ(plan.reset, "garbage");
  EXPECT_EQ(plan.position, Position{Offset::of(79)});
}

TEST(Resolve, TakesItsPartOfACompositeId) {
  EXPECT_EQ(resolve("alerts~7~~orders~42", extent({held(0, 99)})).position,
            Position{Offset::of(42)});
  EXPECT_EQ(resolve("alerts~7", extent({held(0, 99)})).reset, "other_topic");
}

TEST(Resolve, DoesNotJudgePartitionsThatNobodyLeads) {
  LogExtent e = extent({held(0, 99), {Offset::of(-1), Offset::of(0), Offset::of(-1)}});
  e.unknown = {1};
  const StartPlan plan = resolve("0.42~1.17", e);
  EXPECT_EQ(plan.reset, "");
  EXPECT_TRUE(plan.gaps.empty());
  EXPECT_EQ(plan.position, (Position{Offset::of(42), Offset::of(17)}));
}

TEST(Resolve, SaysThatTheCountIsUnknownForAFormerLife) {
  LogExtent e = extent({held(1000, 1099)});
  e.origin = Offset::of(1000);
  const StartPlan plan = resolve("5", e);
  ASSERT_EQ(plan.gaps.size(), 1u);
  EXPECT_FALSE(plan.gaps[0].lost);
}

}  // namespace
}  // namespace sidestream
