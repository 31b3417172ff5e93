#include "sidecar/stream/log/topic_log.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sidestream {
namespace {

class TopicLogTest : public testing::Test {
 protected:
  void append(Partition partition, std::int64_t offset, std::string_view data = "x") {
    EncodedBatch batch;
    batch.out().append("data: ").append(data).append("\n");
    batch.add(FrameKind::record, partition, Offset::of(offset), 1);
    log_.append(batch);
  }
  void skip(Partition partition, std::int64_t offset) {
    EncodedBatch batch;
    batch.add(FrameKind::skip, partition, Offset::of(offset), 0);
    log_.append(batch);
  }
  // Appends until everything from before is retired.
  void fill() {
    const std::string data(1000, 'x');
    for (int i = 1; i < 1000; ++i) append(0, i, data);
  }
  LogView view() {
    LogView v;
    log_.view(v);
    return v;
  }

  TopicLog log_{OffsetFormat::integer, 64 * 1024};
};

TEST_F(TopicLogTest, StoresBareBlocksInOneBuffer) {
  log_.open({Offset::of(-1)});
  append(0, 0, "a");
  append(0, 1, "b");
  const LogView v = view();
  ASSERT_EQ(v.head - v.tail, 2u);
  EXPECT_EQ(v.segments[0]->blocks(0, 2), "data: a\nid: 0\n\ndata: b\nid: 1\n\n");
  EXPECT_EQ(v.segments[0]->body(v.segments[0]->frame(1)), "data: b\n");
  EXPECT_EQ(v.segments[0]->id_line(v.segments[0]->frame(1)), "id: 1\n");
}

TEST_F(TopicLogTest, WritesTheWholeVectorIntoEachId) {
  log_.open({Offset::of(4), Offset::of(-1)});
  append(1, 0);
  append(0, 5);
  const LogView v = view();
  EXPECT_EQ(v.segments[0]->id_line(v.segments[0]->frame(0)), "id: 0.4~1.0\n");
  EXPECT_EQ(v.segments[0]->id_line(v.segments[0]->frame(1)), "id: 0.5~1.0\n");
  EXPECT_EQ(v.position_at(v.tail + 1), (Position{Offset::of(4), Offset::of(0)}));
}

TEST_F(TopicLogTest, RetiresTheOldestWhenItIsFull) {
  log_.open({Offset::of(-1)});
  const std::string data(1000, 'x');
  for (int i = 0; i < 1000; ++i) append(0, i, data);
  const LogView v = view();
  EXPECT_EQ(v.head, 1000u);
  EXPECT_GT(v.tail, 900u);
  EXPECT_LT(v.tail, 970u);
  EXPECT_LE(log_.stats().bytes, 64u * 1024);
  EXPECT_EQ(v.tail_position[0], Offset::of(static_cast<std::int64_t>(v.tail) - 1));
}

// A loop that gets no CPU time keeps its view for long.
TEST_F(TopicLogTest, KeepsTheFramesOfAnOldView) {
  log_.open({Offset::of(-1)});
  append(0, 0, "first");
  const LogView old = view();
  fill();
  EXPECT_EQ(old.segments[0]->body(old.segments[0]->frame(0)), "data: first\n");
}

TEST_F(TopicLogTest, IgnoresARecordThatItHas) {
  log_.open({Offset::of(-1)});
  append(0, 0);
  append(0, 0);
  EXPECT_EQ(view().head, 1u);
}

TEST_F(TopicLogTest, MovesThePositionWithoutBytesOnASkip) {
  log_.open({Offset::of(-1)});
  skip(0, 4);
  append(0, 5);
  const LogView v = view();
  EXPECT_EQ(v.segments[0]->blocks(0, 1), "");
  EXPECT_EQ(v.position_at(1)[0], Offset::of(4));
}

TEST_F(TopicLogTest, KeepsAFrameThatIsLargerThanTheLog) {
  log_.open({Offset::of(-1)});
  append(0, 0, std::string(200'000, 'x'));
  const LogView v = view();
  EXPECT_EQ(v.head - v.tail, 1u);
}

TEST_F(TopicLogTest, BeginsANewGenerationOnReset) {
  log_.open({Offset::of(9)});
  append(0, 10);
  log_.reset(ResetReason::recreated, {Offset::of(-1)});
  append(0, 0, "new");
  const LogView v = view();
  EXPECT_EQ(v.generation, 1u);
  EXPECT_EQ(v.reset_reason, ResetReason::recreated);
  EXPECT_EQ(v.head - v.tail, 1u);
  EXPECT_EQ(v.head, 2u);
  EXPECT_EQ(v.head_position[0], Offset::of(0));
}

}  // namespace
}  // namespace sidestream
