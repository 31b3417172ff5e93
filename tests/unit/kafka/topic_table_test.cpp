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

}  // namespace
}  // namespace sidestream::kafka
