#include <gtest/gtest.h>

#include "connectors/kafka/topic_table.hpp"

namespace sidestream::kafka {
namespace {

TEST(KafkaTopicState, DoesNotCountATopicThatNeverExisted) {
  TopicState topic("t");
  topic.observe(0);
  topic.observe(0);
  EXPECT_TRUE(topic.missing);
  EXPECT_EQ(topic.vanished, 0u);
}

TEST(KafkaTopicState, CountsEachDisappearanceOnce) {
  TopicState topic("t");
  topic.observe(3);
  topic.observe(0);
  topic.observe(0);
  EXPECT_EQ(topic.vanished, 1u);
  EXPECT_EQ(topic.partitions, 3) << "keeps the last count";
  topic.observe(2);
  EXPECT_FALSE(topic.missing);
  EXPECT_EQ(topic.partitions, 2);
  topic.observe(0);
  EXPECT_EQ(topic.vanished, 2u);
}

TEST(KafkaTopicTable, ReturnsOneEntryPerName) {
  TopicTable topics;
  EXPECT_EQ(topics.find("a"), topics.find("a"));
  EXPECT_NE(topics.find("a"), topics.find("b"));
  EXPECT_EQ(topics.all().size(), 2u);
}

TEST(KafkaTopicTable, ForgetsMissingTopicsOnceNobodyUsesThem) {
  TopicTable topics;
  const auto used = topics.find("used");
  used->observe(0);
  for (int i = 0; i < 6000; ++i) topics.find("n" + std::to_string(i))->observe(0);
  topics.prune();
  ASSERT_EQ(topics.all().size(), 1u);
  EXPECT_EQ(topics.known("used"), used);
  EXPECT_EQ(topics.known("n0"), nullptr);
}

TEST(KafkaTopicTable, KeepsUnusedTopicsForAWhileInLimitedNumber) {
  TopicTable topics;
  const auto now = TopicTable::Clock::now();
  for (std::size_t i = 0; i < 2 * TopicTable::max_unused; ++i)
    topics.find("n" + std::to_string(i))->observe(1);
  topics.prune(now);
  EXPECT_EQ(topics.all().size(), TopicTable::max_unused);
  topics.prune(now + 2 * TopicTable::keep);
  EXPECT_TRUE(topics.all().empty());
}

}  // namespace
}  // namespace sidestream::kafka
