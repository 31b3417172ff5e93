// A topic gets partitions while it is being read.

#include <gtest/gtest.h>

#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

class KafkaGrowth : public testing::Test {
 protected:
  KafkaGrowth() { client_.create_topic(topic_, 1); }
  ~KafkaGrowth() override { client_.delete_topic(topic_); }
  void append(int partition, int first, int count) {
    std::vector<KafkaRecord> records;
    for (int i = first; i < first + count; ++i)
      records.push_back({partition, numbered(partition, i)});
    client_.produce(topic_, records);
  }
  Config config() const {
    return {.connectors = {"k: { kafka: { bootstrap.servers: \"" + shared_kafka() + "\" } }"},
            .topics = {"t: { from: k, topic: " + topic_ + " }"}};
  }
  const std::string topic_ = unique_name("growing");
  KafkaClient client_{shared_kafka()};
};

TEST_F(KafkaGrowth, AddsNewPartitionsToOpenStreamsWithin5Seconds) {
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/t");
  stream.control("stream-open");
  append(0, 0, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stream.record().data, numbered(0, i));
  EXPECT_EQ(stream.last_id(), "2");
  client_.grow_topic(topic_, 3);
  append(2, 0, 2);
  EXPECT_EQ(stream.record(6s * patience).data, numbered(2, 0));
  EXPECT_EQ(stream.record().data, numbered(2, 1));
  append(0, 3, 1);
  EXPECT_EQ(stream.record().data, numbered(0, 3));
  EXPECT_EQ(stream.last_id(), "0.3~1.-1~2.1");
}

TEST_F(KafkaGrowth, ReplaysNewPartitionsForOlderIds) {
  Sidecar sidecar(config());
  EventStream first(sidecar.streams(), "/events/t");
  first.control("stream-open");
  append(0, 0, 3);
  for (int i = 0; i < 3; ++i) first.record();
  const auto id = first.last_id();
  first.drop();
  client_.grow_topic(topic_, 2);
  append(1, 0, 5);
  append(0, 3, 1);
  auto stream = EventStream::resume(sidecar.streams(), "/events/t", id);
  std::vector<std::int64_t> next{3, 0};
  for (int i = 0; i < 6; ++i) {
    const auto what = parse_numbered(stream.record().data).value();
    EXPECT_EQ(what.number, next[static_cast<std::size_t>(what.lane)]++);
  }
  EXPECT_EQ(stream.last_id(), "0.3~1.4");
}

TEST_F(KafkaGrowth, ServesNewPartitionsToNewSubscribersImmediately) {
  Sidecar sidecar(config());
  EventStream first(sidecar.streams(), "/events/t");
  first.control("stream-open");
  client_.grow_topic(topic_, 2);
  EventStream stream(sidecar.streams(), "/events/t?from=earliest");
  stream.control("stream-open");
  append(1, 0, 1);
  EXPECT_EQ(stream.record().data, numbered(1, 0));
  EXPECT_EQ(first.record(6s * patience).data, numbered(1, 0));
}

}  // namespace
}  // namespace e2e
