#include "connectors/kafka/log_change.hpp"

#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

PartitionFacts reader_at(std::int64_t next) {
  PartitionFacts facts;
  facts.next = next;
  facts.low = 0;
  facts.high = 100;
  return facts;
}

TEST(KafkaLogChange, ContinuesInsideTheLog) {
  EXPECT_EQ(log_change(reader_at(50)), LogChange::none);
  EXPECT_EQ(log_change(reader_at(100)), LogChange::none);
  EXPECT_EQ(log_change(reader_at(0)), LogChange::none);
}

TEST(KafkaLogChange, IsTrimmedWhenTheLogStartsAboveThePosition) {
  auto facts = reader_at(50);
  facts.low = 51;
  EXPECT_EQ(log_change(facts), LogChange::trimmed);
  facts = reader_at(0);
  facts.low = 1;
  EXPECT_EQ(log_change(facts), LogChange::trimmed);
  facts.low = facts.high = 100;
  EXPECT_EQ(log_change(facts), LogChange::trimmed) << "all of it";
}

TEST(KafkaLogChange, IsRecreatedWhenTheLogEndsBeforeThePosition) {
  EXPECT_EQ(log_change(reader_at(101)), LogChange::recreated);
}

TEST(KafkaLogChange, IsRecreatedWhenTheRecordDiffers) {
  auto facts = reader_at(50);
  facts.same_record = false;
  EXPECT_EQ(log_change(facts), LogChange::recreated);
  facts.low = 60;
  EXPECT_EQ(log_change(facts), LogChange::recreated);
}

TEST(KafkaLogChange, TrustsTheSameRecordWhenTheTopicVanished) {
  auto facts = reader_at(50);
  facts.same_record = true;
  facts.vanished = true;
  EXPECT_EQ(log_change(facts), LogChange::none);
}

TEST(KafkaLogChange, IsRecreatedWhenTheTopicVanishedAndNoRecordIsComparable) {
  auto facts = reader_at(50);
  facts.vanished = true;
  EXPECT_EQ(log_change(facts), LogChange::recreated);
}

TEST(KafkaLogChange, IsRecreatedWhenTheStartMovesBack) {
  auto facts = reader_at(50);
  facts.known_start = 10;
  EXPECT_EQ(log_change(facts), LogChange::recreated);
  facts.same_record = true;
  EXPECT_EQ(log_change(facts), LogChange::none);
}

TEST(KafkaLogChange, IsRecreatedWhenTheTopicIdDiffers) {
  auto facts = reader_at(50);
  facts.same_topic = false;
  EXPECT_EQ(log_change(facts), LogChange::recreated);
  facts.same_record = true;
  EXPECT_EQ(log_change(facts), LogChange::recreated) << "the same records were written again";
  facts = reader_at(0);
  facts.same_topic = false;
  EXPECT_EQ(log_change(facts), LogChange::none) << "nothing was read";
}

TEST(KafkaLogChange, DoesNotTrustTheSameTopicId) {
  auto facts = reader_at(50);
  facts.same_topic = true;
  EXPECT_EQ(log_change(facts), LogChange::none);
  facts.vanished = true;
  EXPECT_EQ(log_change(facts), LogChange::recreated) << "a broker that lags behind may answer";
  facts.vanished = false;
  facts.same_record = false;
  EXPECT_EQ(log_change(facts), LogChange::recreated) << "truncated by an unclean election";
  facts = reader_at(101);
  facts.same_topic = true;
  EXPECT_EQ(log_change(facts), LogChange::recreated) << "truncated by an unclean election";
}

TEST(KafkaLogChange, ContinuesWhenNothingWasRead) {
  auto facts = reader_at(0);
  facts.vanished = true;
  EXPECT_EQ(log_change(facts), LogChange::none);
}

}  // namespace
}  // namespace sidestream::kafka
