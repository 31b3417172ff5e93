#include "sidecar/stream/log/topic_log.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sidestream {
namespace {

class TopicLogTest : public testing::Test {
 protected:
  void append(Partition partition, std::int64_t offset, std::string_view data = "x") {
    Encoded batch;
    batch.out().append("data: ").append(data).append("\n");
    batch.add(FrameKind::record, partition, Offset::of(offset), 1);
    log_.append(batch);
  }
  void mark(Partition partition, std::int64_t offset) {
    Encoded batch;
    batch.add(FrameKind::mark, partition, Offset::of(offset), 0);
    log_.append(batch);
  }
  // Until nothing is left of what was appended before.
  void fill() {
    const std::string data(1000, 'x');
    for (int i = 1; i < 1000; ++i) append(0, i, data);
  }
  LogView view() {
    LogView v;
    log_.view(v);
    return v;
  }

  Memory memory_{1 << 20};
  TopicLog log_{OffsetFormat::integer, 64 * 1024, memory_};
};

TEST_F(TopicLogTest, LaysFramesReadyToBeSent) {
  log_.open({Offset::of(-1)});
  append(0, 0, "a");
  append(0, 1, "b");
  const LogView v = view();
  ASSERT_EQ(v.head - v.tail, 2u);
  EXPECT_EQ(v.segments[0]->wire(0, 2), "f\r\ndata: a\nid: 0\n\n\r\nf\r\ndata: b\nid: 1\n\n\r\n");
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
  EXPECT_LE(log_.figures().bytes, 64u * 1024);
  EXPECT_EQ(v.tail_position[0], Offset::of(static_cast<std::int64_t>(v.tail) - 1));
}

// A loop that gets no processor keeps its view for long, and no reader may be cut for that.
TEST_F(TopicLogTest, AnOldViewKeepsWhatItShowsAndPinsNothing) {
  log_.open({Offset::of(-1)});
  append(0, 0, "first");
  const LogView old = view();
  fill();
  EXPECT_EQ(old.segments[0]->body(old.segments[0]->frame(0)), "data: first\n");
  EXPECT_EQ(memory_.pinned(), 0u);
}

TEST_F(TopicLogTest, CountsOnceWhatHalfSentFramesNeedOfWhatItHasRetired) {
  log_.open({Offset::of(-1)});
  append(0, 0, "first");
  const auto segment = view().segments[0];
  auto early = std::make_unique<Segment::Pin>(segment);
  EXPECT_EQ(memory_.pinned(), 0u);  // the log has it
  fill();
  EXPECT_EQ(memory_.pinned(), segment->footprint());
  auto late = std::make_unique<Segment::Pin>(segment);
  early.reset();
  EXPECT_EQ(memory_.pinned(), segment->footprint());
  late.reset();
  EXPECT_EQ(memory_.pinned(), 0u);
}

TEST_F(TopicLogTest, TakesNoRecordTwice) {
  log_.open({Offset::of(-1)});
  append(0, 0);
  append(0, 0);
  EXPECT_EQ(view().head, 1u);
}

TEST_F(TopicLogTest, AMarkMovesThePositionWithoutBytes) {
  log_.open({Offset::of(-1)});
  mark(0, 4);
  append(0, 5);
  const LogView v = view();
  EXPECT_EQ(v.segments[0]->wire(0, 1), "");
  EXPECT_EQ(v.position_at(1)[0], Offset::of(4));
}

TEST_F(TopicLogTest, AFrameLargerThanTheLogIsKeptAlone) {
  log_.open({Offset::of(-1)});
  append(0, 0, std::string(200'000, 'x'));
  const LogView v = view();
  EXPECT_EQ(v.head - v.tail, 1u);
}

TEST_F(TopicLogTest, AResetEndsALife) {
  log_.open({Offset::of(9)});
  append(0, 10);
  log_.reset("recreated", {Offset::of(-1)});
  append(0, 0, "new");
  const LogView v = view();
  EXPECT_EQ(v.generation, 1u);
  EXPECT_EQ(v.reset_reason, "recreated");
  EXPECT_EQ(v.head - v.tail, 1u);
  EXPECT_EQ(v.head, 2u);
  EXPECT_EQ(v.head_position[0], Offset::of(0));
}

}  // namespace
}  // namespace sidestream
