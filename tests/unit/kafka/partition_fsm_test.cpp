#include "connectors/kafka/partition_fsm.hpp"

#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

constexpr Partition partition = 2;

Fingerprint record_at(std::int64_t offset) { return {offset, 1000 + offset, 7}; }

// A reader at `next` whose last record has been delivered at metadata request 1.
class KafkaPartitionFsm : public testing::Test {
 protected:
  PartitionFsm reading(std::int64_t next) {
    PartitionFsm fsm(partition, next, 0, 3);
    fsm.begin_with_witness();
    fsm.delivered(record_at(next - 1), 1);
    return fsm;
  }
  // The outcome of an examination that has found nothing wrong.
  static Examination healthy(const PartitionFsm& fsm) {
    auto outcome = fsm.examination();
    outcome.facts.low = 0;
    outcome.facts.high = 1000;
    outcome.facts.same_record = true;
    outcome.metadata_requests = 2;
    return outcome;
  }
};

TEST_F(KafkaPartitionFsm, StartsAtNext) {
  PartitionFsm fsm(partition, 10, 0, 0);
  EXPECT_FALSE(fsm.reading());
  const auto step = fsm.begin();
  EXPECT_EQ(step.action, Action::start);
  EXPECT_EQ(step.partition, partition);
  EXPECT_EQ(step.offset, 10);
  EXPECT_TRUE(fsm.reading());
}

TEST_F(KafkaPartitionFsm, RemembersTheRecordBeforeTheFirst) {
  PartitionFsm fsm(partition, 10, 0, 0);
  EXPECT_EQ(fsm.begin_with_witness().offset, 9);
  EXPECT_EQ(fsm.record(9, 1).action, Action::remember);
  fsm.delivered(record_at(9), 1);
  EXPECT_EQ(fsm.next(), 10);
  EXPECT_EQ(fsm.record(10, 1).action, Action::deliver);
  EXPECT_EQ(fsm.next(), 11);
}

TEST_F(KafkaPartitionFsm, StartsAtTheBeginningWhenNothingPrecedesIt) {
  PartitionFsm fsm(partition, 0, 0, 0);
  EXPECT_EQ(fsm.begin_with_witness().offset, 0);
  EXPECT_EQ(fsm.record(0, 1).action, Action::deliver);
}

TEST_F(KafkaPartitionFsm, DeliversWithoutAWitness) {
  PartitionFsm fsm(partition, 10, 0, 0);
  fsm.begin();
  EXPECT_EQ(fsm.record(10, 1).action, Action::deliver);
  EXPECT_EQ(fsm.record(11, 2).action, Action::deliver) << "nothing to compare with";
}

TEST_F(KafkaPartitionFsm, ExaminesBeforeDeliveryWhenMetadataWasRequested) {
  auto fsm = reading(10);
  EXPECT_EQ(fsm.record(10, 1).action, Action::deliver);
  fsm.delivered(record_at(10), 1);
  EXPECT_EQ(fsm.record(11, 2).action, Action::examine);
  EXPECT_FALSE(fsm.reading());
  EXPECT_EQ(fsm.next(), 11) << "the record was not delivered";
  const auto request = fsm.examination();
  EXPECT_EQ(request.partition, partition);
  EXPECT_EQ(request.witness, record_at(10));
  EXPECT_EQ(request.facts.next, 11);
  EXPECT_FALSE(request.refresh);
}

TEST_F(KafkaPartitionFsm, ReadsOnWhenTheExaminationFindsNothing) {
  auto fsm = reading(10);
  fsm.record(10, 2);
  const auto step = fsm.conclude(healthy(fsm));
  EXPECT_EQ(step.action, Action::start);
  EXPECT_EQ(step.offset, 10);
  EXPECT_FALSE(step.loss);
  EXPECT_EQ(fsm.record(10, 2).action, Action::deliver) << "trusted as of request 2";
  EXPECT_EQ(fsm.record(11, 3).action, Action::examine);
}

TEST_F(KafkaPartitionFsm, DropsAWitnessThatCouldNotBeCompared) {
  auto fsm = reading(10);
  fsm.record(10, 2);
  auto outcome = healthy(fsm);
  outcome.facts.same_record.reset();
  EXPECT_EQ(fsm.conclude(outcome).action, Action::start);
  EXPECT_EQ(fsm.record(10, 9).action, Action::deliver);
  fsm.suspect(false);
  EXPECT_FALSE(fsm.examination().witness) << "it would be compared with another log later";
}

TEST_F(KafkaPartitionFsm, ReportsAGapWithoutLossAsAHole) {
  auto fsm = reading(10);
  const auto step = fsm.record(15, 1);
  EXPECT_EQ(step.action, Action::deliver);
  EXPECT_TRUE(step.hole);
  EXPECT_FALSE(step.loss);
  EXPECT_EQ(fsm.next(), 16);
  EXPECT_FALSE(fsm.record(16, 1).hole);
}

TEST_F(KafkaPartitionFsm, ReadsACorruptBatchAgainBeforeItSkipsIt) {
  auto fsm = reading(10);
  EXPECT_EQ(fsm.unreadable().action, Action::examine);
  auto outcome = fsm.examination();
  EXPECT_FALSE(outcome.find_readable);
  outcome.facts.high = 20;
  EXPECT_EQ(fsm.conclude(outcome).action, Action::start);
  EXPECT_EQ(fsm.unreadable().action, Action::examine);
  outcome = fsm.examination();
  EXPECT_TRUE(outcome.find_readable);
  outcome.facts.high = 20;
  outcome.readable = 13;
  const auto step = fsm.conclude(outcome);
  EXPECT_EQ(step.action, Action::start);
  EXPECT_EQ(step.offset, 13);
  ASSERT_TRUE(step.loss);
  EXPECT_EQ(step.loss->partition, partition);
  EXPECT_EQ(step.loss->position, Offset::of(9));
  EXPECT_EQ(step.loss->resumed, Offset::of(13));
  EXPECT_EQ(step.loss->lost, 3);
  EXPECT_FALSE(step.loss->exact);
}

TEST_F(KafkaPartitionFsm, ReportsNoLossWhenACorruptBatchIsReadableTheSecondTime) {
  auto fsm = reading(10);
  fsm.unreadable();
  auto outcome = fsm.examination();
  outcome.facts.high = 20;
  EXPECT_FALSE(fsm.conclude(outcome).loss);
  EXPECT_EQ(fsm.record(10, 1).action, Action::deliver);
  fsm.unreadable();
  EXPECT_FALSE(fsm.examination().find_readable) << "another batch";
}

TEST_F(KafkaPartitionFsm, PassesMarkersAtTheEnd) {
  auto fsm = reading(10);
  const auto step = fsm.end(12, 1);
  EXPECT_EQ(step.action, Action::pass);
  EXPECT_EQ(step.offset, 12);
  EXPECT_TRUE(step.hole);
  EXPECT_TRUE(fsm.at_end());
  EXPECT_EQ(fsm.end(12, 1).action, Action::ignore) << "nothing new";
  fsm.record(12, 1);
  EXPECT_FALSE(fsm.at_end());
}

TEST_F(KafkaPartitionFsm, ExaminesAnEndThatDoesNotFit) {
  auto shorter = reading(10);
  EXPECT_EQ(shorter.end(9, 1).action, Action::examine) << "the log ends before the position";
  auto untrusted = reading(10);
  EXPECT_EQ(untrusted.end(12, 2).action, Action::examine) << "metadata was requested";
  auto unchanged = reading(10);
  EXPECT_EQ(unchanged.end(10, 2).action, Action::ignore) << "nothing is delivered";
}

TEST_F(KafkaPartitionFsm, ReportsATrimmedLogBeforeItStarts) {
  auto fsm = reading(10);
  EXPECT_EQ(fsm.suspect(false).action, Action::examine);
  auto outcome = healthy(fsm);
  outcome.facts.same_record.reset();
  outcome.facts.low = 50;
  outcome.exact = false;
  const auto step = fsm.conclude(outcome);
  EXPECT_EQ(step.action, Action::start);
  EXPECT_EQ(step.offset, 50);
  ASSERT_TRUE(step.loss);
  EXPECT_EQ(step.loss->position, Offset::of(9));
  EXPECT_EQ(step.loss->resumed, Offset::of(50));
  EXPECT_EQ(step.loss->lost, 40);
  EXPECT_FALSE(step.loss->exact);
  EXPECT_FALSE(fsm.record(50, 2).hole);
}

TEST_F(KafkaPartitionFsm, IsRecreatedWhenTheStartMovesBackLater) {
  auto fsm = reading(10);
  fsm.suspect(false);
  auto outcome = healthy(fsm);
  outcome.facts.low = 5;
  fsm.conclude(outcome);
  fsm.suspect(false);
  EXPECT_EQ(fsm.examination().facts.known_start, 5);
  outcome = healthy(fsm);
  outcome.facts.same_record.reset();
  EXPECT_EQ(fsm.conclude(outcome).action, Action::recreate);
  EXPECT_FALSE(fsm.reading());
}

TEST_F(KafkaPartitionFsm, WeighsADisappearanceDuringTheExamination) {
  auto fsm = reading(10);
  fsm.suspect(false);
  auto outcome = healthy(fsm);
  outcome.facts.same_record.reset();
  fsm.vanished();
  EXPECT_EQ(fsm.conclude(outcome).action, Action::recreate);
}

TEST_F(KafkaPartitionFsm, WeighsADisappearanceOnce) {
  auto fsm = reading(10);
  fsm.suspect(true);
  EXPECT_TRUE(fsm.examination().refresh);
  fsm.vanished();
  EXPECT_EQ(fsm.conclude(healthy(fsm)).action, Action::start) << "the record is the same";
  fsm.suspect(false);
  EXPECT_FALSE(fsm.examination().refresh);
  auto outcome = healthy(fsm);
  outcome.facts.same_record.reset();
  EXPECT_EQ(fsm.conclude(outcome).action, Action::start);
}

TEST_F(KafkaPartitionFsm, IgnoresOutdatedOutcomes) {
  auto fsm = reading(10);
  fsm.suspect(false);
  const auto first = healthy(fsm);
  fsm.conclude(first);
  EXPECT_EQ(fsm.conclude(first).action, Action::ignore) << "it is reading";
  fsm.suspect(false);
  EXPECT_EQ(fsm.conclude(first).action, Action::ignore) << "another examination is awaited";
  auto other = healthy(fsm);
  other.ticket.generation = 2;
  EXPECT_EQ(fsm.conclude(other).action, Action::ignore) << "of another generation";
  EXPECT_EQ(fsm.conclude(healthy(fsm)).action, Action::start);
}

TEST_F(KafkaPartitionFsm, IsExaminedOnlyOnce) {
  auto fsm = reading(10);
  EXPECT_EQ(fsm.suspect(true).action, Action::examine);
  EXPECT_EQ(fsm.suspect(true).action, Action::ignore);
}

TEST_F(KafkaPartitionFsm, IsExaminedBeforeTheFirstRead) {
  PartitionFsm fsm(partition, 0, 0, 0);
  EXPECT_EQ(fsm.begin_with_examination().action, Action::examine);
  EXPECT_FALSE(fsm.reading());
  const auto request = fsm.examination();
  EXPECT_TRUE(request.refresh);
  EXPECT_FALSE(request.witness);
  EXPECT_EQ(request.facts.next, 0);
}

}  // namespace
}  // namespace sidestream::kafka
