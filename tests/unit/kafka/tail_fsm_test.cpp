#include "connectors/kafka/tail_fsm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sidestream::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Action> actions(const std::vector<Step>& steps) {
  std::vector<Action> all;
  for (const auto& step : steps) all.push_back(step.action);
  return all;
}

Fingerprint record_at(std::int64_t offset) { return {offset, 1000 + offset, 7}; }

// A topic of two partitions, read up to offsets 9 and 4.
class KafkaTailFsm : public testing::Test {
 protected:
  KafkaTailFsm() {
    fsm_.begin();
    fsm_.metadata_requests(1);
    fsm_.delivered(0, record_at(9));
    fsm_.delivered(1, record_at(4));
  }

  Examination outcome(Partition p, std::optional<bool> same_record = true) {
    auto outcome = fsm_.examination(p);
    outcome.facts.high = 1000;
    outcome.facts.same_record = same_record;
    outcome.metadata_requests = 2;
    return outcome;
  }
  // Partition 0 finds that the topic was recreated.
  Step recreate(std::optional<bool> same_topic = std::nullopt) {
    fsm_.out_of_range(0);
    auto found = outcome(0, false);
    found.facts.same_topic = same_topic;
    found.topic_id = "new";
    return fsm_.conclude(found);
  }
  std::vector<Step> new_starts(std::vector<std::int64_t> starts, std::uint32_t vanished = 0) {
    auto found = fsm_.new_generation();
    found.starts = std::move(starts);
    return fsm_.conclude(found, vanished);
  }

  TailFsm fsm_{{Offset::of(9), Offset::of(4)}, 0};
};

TEST_F(KafkaTailFsm, StartsEachPartitionOneRecordEarly) {
  TailFsm fsm({Offset::of(9), Offset::of(-1)}, 0);
  EXPECT_FALSE(fsm.reading(0));
  const auto steps = fsm.begin();
  ASSERT_THAT(actions(steps), ElementsAre(Action::start, Action::start));
  EXPECT_EQ(steps[0].partition, 0);
  EXPECT_EQ(steps[0].offset, 9);
  EXPECT_EQ(steps[1].partition, 1);
  EXPECT_EQ(steps[1].offset, 0);
}

TEST_F(KafkaTailFsm, KnowsItsPartitions) {
  EXPECT_TRUE(fsm_.reading(0));
  EXPECT_TRUE(fsm_.reading(1));
  EXPECT_FALSE(fsm_.reading(2));
  EXPECT_FALSE(fsm_.reading(-1));
  EXPECT_EQ(fsm_.position(), (Position{Offset::of(9), Offset::of(4)}));
}

TEST_F(KafkaTailFsm, ExaminesOnlyThePartitionInDoubt) {
  fsm_.metadata_requests(2);
  EXPECT_EQ(fsm_.record(0, 10).action, Action::examine);
  EXPECT_TRUE(fsm_.reading(1));
  EXPECT_EQ(fsm_.record(1, 5).action, Action::examine) << "its witness is as old";
  EXPECT_EQ(fsm_.conclude(outcome(1)).action, Action::start);
  EXPECT_EQ(fsm_.record(1, 5).action, Action::deliver) << "although partition 0 still waits";
}

TEST_F(KafkaTailFsm, ExaminesWhenTheOffsetIsOutOfRange) {
  EXPECT_EQ(fsm_.out_of_range(1).action, Action::examine);
  EXPECT_FALSE(fsm_.examination(1).refresh);
}

TEST_F(KafkaTailFsm, ExaminesAllWithFreshMetadataWhenTheTopicIsUnknown) {
  EXPECT_THAT(actions(fsm_.suspect_all()), ElementsAre(Action::examine, Action::examine));
  EXPECT_TRUE(fsm_.examination(0).refresh);
  EXPECT_THAT(fsm_.suspect_all(), IsEmpty());
}

TEST_F(KafkaTailFsm, ExaminesAllOnceWhenTheTopicDisappears) {
  EXPECT_THAT(fsm_.observe({2, false, 0}), IsEmpty());
  EXPECT_THAT(actions(fsm_.observe({2, true, 1})), ElementsAre(Action::examine, Action::examine));
  EXPECT_THAT(fsm_.observe({2, true, 1}), IsEmpty());
  EXPECT_EQ(fsm_.conclude(outcome(0)).action, Action::start);
  EXPECT_EQ(fsm_.conclude(outcome(1, std::nullopt)).action, Action::recreate);
}

TEST_F(KafkaTailFsm, WeighsADisappearanceDuringAnExamination) {
  fsm_.out_of_range(0);
  EXPECT_THAT(actions(fsm_.observe({2, true, 1})), ElementsAre(Action::examine));
  EXPECT_EQ(fsm_.conclude(outcome(0, std::nullopt)).action, Action::recreate);
}

TEST_F(KafkaTailFsm, AddsPartitionsAndExaminesThemFirst) {
  const auto steps = fsm_.observe({4, false, 0});
  ASSERT_THAT(actions(steps), ElementsAre(Action::grow, Action::examine, Action::examine));
  EXPECT_EQ(steps[1].partition, 2);
  EXPECT_EQ(steps[2].partition, 3);
  EXPECT_EQ(fsm_.size(), 4u);
  EXPECT_FALSE(fsm_.reading(2));
  EXPECT_TRUE(fsm_.examination(2).refresh);
  auto found = outcome(2, std::nullopt);
  const auto step = fsm_.conclude(found);
  EXPECT_EQ(step.action, Action::start);
  EXPECT_EQ(step.offset, 0);
  EXPECT_TRUE(fsm_.reading(2));
}

TEST_F(KafkaTailFsm, NeverDropsPartitionsByMetadata) {
  EXPECT_THAT(fsm_.observe({1, false, 0}), IsEmpty());
  EXPECT_THAT(fsm_.observe({0, false, 0}), IsEmpty()) << "the topic was never seen";
  EXPECT_EQ(fsm_.size(), 2u);
}

TEST_F(KafkaTailFsm, DoesNotGrowWhileTheTopicIsMissing) {
  EXPECT_THAT(fsm_.observe({4, true, 0}), IsEmpty());
  EXPECT_EQ(fsm_.size(), 2u);
}

TEST_F(KafkaTailFsm, ReadsNothingWhileTheTopicIsRecreated) {
  EXPECT_EQ(recreate().action, Action::recreate);
  EXPECT_TRUE(fsm_.recreating());
  EXPECT_FALSE(fsm_.reading(0));
  EXPECT_FALSE(fsm_.reading(1));
  EXPECT_THAT(fsm_.suspect_all(), IsEmpty());
  EXPECT_THAT(fsm_.observe({5, false, 3}), IsEmpty()) << "the starts tell the partitions";
}

TEST_F(KafkaTailFsm, ResetsAndStartsTheNewGeneration) {
  recreate();
  const auto steps = new_starts({0, 7, 0});
  ASSERT_THAT(actions(steps),
              ElementsAre(Action::reset, Action::start, Action::start, Action::start));
  EXPECT_EQ(steps[2].offset, 7) << "not one record earlier: that is gone";
  EXPECT_EQ(fsm_.position(), (Position{Offset::of(-1), Offset::of(6), Offset::of(-1)}));
  EXPECT_FALSE(fsm_.recreating());
  EXPECT_EQ(fsm_.record(1, 7).action, Action::deliver);
}

TEST_F(KafkaTailFsm, ShrinksWithTheNewGeneration) {
  recreate();
  EXPECT_THAT(actions(new_starts({0})), ElementsAre(Action::reset, Action::start));
  EXPECT_EQ(fsm_.size(), 1u);
  EXPECT_FALSE(fsm_.reading(1));
}

TEST_F(KafkaTailFsm, IgnoresExaminationsOfTheOldGeneration) {
  fsm_.out_of_range(1);
  const auto late = outcome(1, false);
  recreate();
  EXPECT_EQ(fsm_.conclude(late).action, Action::ignore) << "while the topic is recreated";
  new_starts({0, 0});
  fsm_.out_of_range(1);
  EXPECT_EQ(fsm_.conclude(late).action, Action::ignore) << "and afterwards";
  EXPECT_EQ(fsm_.examination(1).ticket.number, late.ticket.number) << "only the generation differs";
}

TEST_F(KafkaTailFsm, IgnoresASecondOutcomeOfTheStarts) {
  recreate();
  auto found = fsm_.new_generation();
  found.starts = {0, 0};
  fsm_.conclude(found, 0);
  EXPECT_THAT(fsm_.conclude(found, 0), IsEmpty());
}

TEST_F(KafkaTailFsm, IgnoresAPartitionThatNoLongerExists) {
  fsm_.out_of_range(1);
  const auto late = outcome(1);
  recreate();
  new_starts({0});
  EXPECT_EQ(fsm_.conclude(late).action, Action::ignore);
}

TEST_F(KafkaTailFsm, DoesNotExamineForADisappearanceBeforeTheReset) {
  recreate();
  new_starts({0, 0}, 1);
  EXPECT_THAT(fsm_.observe({2, false, 1}), IsEmpty());
  EXPECT_THAT(actions(fsm_.observe({2, false, 2})), ElementsAre(Action::examine, Action::examine));
}

TEST_F(KafkaTailFsm, KeepsTheTopicIdOnlyWhenItWasCompared) {
  recreate(false);
  EXPECT_EQ(fsm_.new_generation().topic_id, "new");
  new_starts({0, 0});
  fsm_.delivered(0, record_at(0));
  fsm_.record(0, 0);
  recreate(std::nullopt);
  EXPECT_EQ(fsm_.new_generation().topic_id, std::nullopt);
}

}  // namespace
}  // namespace sidestream::kafka
