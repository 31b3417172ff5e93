#include "sidecar/stream/log/run.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sidestream {
namespace {

class RunTest : public testing::Test {
 protected:
  RunTest() { log_.open({Offset::of(-1)}); }

  void append(FrameKind kind, std::size_t size, std::int64_t time_ms = 0) {
    EncodedBatch batch;
    if (kind != FrameKind::skip) batch.out().append("data: ").append(size, 'x').append("\n");
    batch.add(kind, 0, Offset::of(next_++), time_ms);
    log_.append(batch);
  }
  LogView view() {
    LogView v;
    log_.view(v);
    return v;
  }

  TopicLog log_{OffsetFormat::integer, 16 << 20};
  std::int64_t next_ = 0;
};

TEST_F(RunTest, CountsEventsGapsAndTheOldestTimestamp) {
  append(FrameKind::unsendable, 1);
  append(FrameKind::record, 1, 0);
  append(FrameKind::record, 1, 1234);
  append(FrameKind::record, 1, 1235);
  const LogView v = view();
  const sidestream::Run run = find_run(v, v.tail, v.head);
  EXPECT_EQ(run.to, v.head);
  EXPECT_EQ(run.counts.events, 3u);
  EXPECT_EQ(run.counts.gaps, 1u);
  EXPECT_EQ(run.counts.oldest_ms, 1234);
  EXPECT_FALSE(run.ends_in_skip);
}

TEST_F(RunTest, HasNoBlocksWhenItContainsOnlySkips) {
  append(FrameKind::skip, 0);
  append(FrameKind::skip, 0);
  const LogView v = view();
  const sidestream::Run run = find_run(v, v.tail, v.head);
  EXPECT_EQ(run.to, v.head);
  EXPECT_TRUE(run.blocks.empty());
  EXPECT_TRUE(run.ends_in_skip);
}

TEST_F(RunTest, StaysWithinOneSegmentAndTheLimitOfBytes) {
  for (int i = 0; i < 500; ++i) append(FrameKind::record, 1000);
  const LogView v = view();
  std::uint64_t cursor = v.tail;
  while (cursor < v.head) {
    const sidestream::Run run = find_run(v, cursor, v.head);
    EXPECT_LE(run.blocks.size(), run_bytes_max);
    EXPECT_EQ(run.segment, v.segment_of(cursor));
    EXPECT_EQ(run.segment, v.segment_of(run.to - 1));
    cursor = run.to;
  }
  EXPECT_EQ(cursor, v.head);
}

TEST_F(RunTest, TakesALargeFrameAlone) {
  append(FrameKind::record, 200'000);
  append(FrameKind::record, 1);
  const LogView v = view();
  const sidestream::Run run = find_run(v, v.tail, v.head);
  EXPECT_EQ(run.to, v.tail + 1);
  EXPECT_GT(run.blocks.size(), 200'000u);
}

TEST_F(RunTest, EndsAtItsReadersLimit) {
  for (int i = 0; i < 3; ++i) append(FrameKind::record, 1);
  const LogView v = view();
  EXPECT_EQ(find_run(v, v.tail, v.tail + 2).to, v.tail + 2);
}

}  // namespace
}  // namespace sidestream
