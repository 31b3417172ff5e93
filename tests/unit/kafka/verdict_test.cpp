#include "connectors/kafka/verdict.hpp"

#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

Evidence reader_at(std::int64_t next) {
  Evidence evidence;
  evidence.next = next;
  evidence.low = 0;
  evidence.high = 100;
  return evidence;
}

TEST(KafkaVerdict, APositionInsideTheLogGoesOn) {
  EXPECT_EQ(judge(reader_at(50)), Verdict::go_on);
  EXPECT_EQ(judge(reader_at(100)), Verdict::go_on);
  EXPECT_EQ(judge(reader_at(0)), Verdict::go_on);
}

TEST(KafkaVerdict, APositionBelowTheLogHasLostSomething) {
  auto evidence = reader_at(50);
  evidence.low = 51;
  EXPECT_EQ(judge(evidence), Verdict::lost);
  evidence = reader_at(0);
  evidence.low = 1;
  EXPECT_EQ(judge(evidence), Verdict::lost);
  evidence.low = evidence.high = 100;
  EXPECT_EQ(judge(evidence), Verdict::lost) << "all of it";
}

TEST(KafkaVerdict, APositionBeyondTheEndIsOfAFormerLife) {
  EXPECT_EQ(judge(reader_at(101)), Verdict::recreated);
}

TEST(KafkaVerdict, AnotherRecordAtTheSamePlaceIsAnotherLog) {
  auto evidence = reader_at(50);
  evidence.same = false;
  EXPECT_EQ(judge(evidence), Verdict::recreated);
  evidence.low = 60;
  EXPECT_EQ(judge(evidence), Verdict::recreated);
}

TEST(KafkaVerdict, TheSameRecordOutweighsAllElse) {
  auto evidence = reader_at(50);
  evidence.same = true;
  evidence.vanished = true;
  EXPECT_EQ(judge(evidence), Verdict::go_on);
}

TEST(KafkaVerdict, AVanishedTopicWithoutAWitnessIsAnotherLog) {
  auto evidence = reader_at(50);
  evidence.vanished = true;
  EXPECT_EQ(judge(evidence), Verdict::recreated);
}

TEST(KafkaVerdict, AStartThatWentBackIsAnotherLog) {
  auto evidence = reader_at(50);
  evidence.known_start = 10;
  EXPECT_EQ(judge(evidence), Verdict::recreated);
  evidence.same = true;
  EXPECT_EQ(judge(evidence), Verdict::go_on);
}

TEST(KafkaVerdict, AnotherIdIsAnotherTopicWhateverElseIsAsItWas) {
  auto evidence = reader_at(50);
  evidence.same_topic = false;
  EXPECT_EQ(judge(evidence), Verdict::recreated);
  evidence.same = true;
  EXPECT_EQ(judge(evidence), Verdict::recreated) << "the same records were written again";
  evidence = reader_at(0);
  evidence.same_topic = false;
  EXPECT_EQ(judge(evidence), Verdict::go_on) << "nothing was read";
}

TEST(KafkaVerdict, TheSameIdOutweighsNothing) {
  auto evidence = reader_at(50);
  evidence.same_topic = true;
  EXPECT_EQ(judge(evidence), Verdict::go_on);
  evidence.vanished = true;
  EXPECT_EQ(judge(evidence), Verdict::recreated) << "said by a broker that lags behind";
  evidence.vanished = false;
  evidence.same = false;
  EXPECT_EQ(judge(evidence), Verdict::recreated) << "set back by an unclean election";
  evidence = reader_at(101);
  evidence.same_topic = true;
  EXPECT_EQ(judge(evidence), Verdict::recreated) << "set back by an unclean election";
}

TEST(KafkaVerdict, AReaderThatHasReadNothingHasNothingToLose) {
  auto evidence = reader_at(0);
  evidence.vanished = true;
  EXPECT_EQ(judge(evidence), Verdict::go_on);
}

}  // namespace
}  // namespace sidestream::kafka
