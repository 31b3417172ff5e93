#include "sidecar/stream/reader/splice.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sidestream {
namespace {

Position position(const std::vector<std::int64_t>& offsets) {
  Position all;
  for (const auto offset : offsets) all.push_back(Offset::of(offset));
  return all;
}

// A log of two partitions that opened at 9, 9 and then got 10..19 of each, one after the other.
class SpliceTest : public testing::Test {
 protected:
  SpliceTest() {
    log_.open(position({9, 9}));
    for (const Partition partition : {0, 1}) {
      for (std::int64_t offset = 10; offset < 20; ++offset) {
        EncodedBatch batch;
        batch.out() = "data: x\n";
        batch.add(FrameKind::record, partition, Offset::of(offset), 0);
        log_.append(batch);
      }
    }
    log_.view(view_);
  }
  const Frame& frame(std::uint64_t sequence) const {
    const Segment& segment = *view_.segment_of(sequence);
    return segment.frame(view_.index_of(segment, sequence));
  }

  TopicLog log_{OffsetFormat::integer, 1 << 20};
  LogView view_;
};

TEST_F(SpliceTest, JoinsAtTheHeadWhenTheReaderHasEverything) {
  Splice splice;
  Position own = position({19, 19});
  EXPECT_EQ(splice.join(view_, own), view_.head);
  EXPECT_FALSE(splice.differs());
}

TEST_F(SpliceTest, DiffersWhereTheReaderIsAheadOfTheLogsOrder) {
  Splice splice;
  Position own = position({12, 17});
  const std::uint64_t cursor = splice.join(view_, own);
  EXPECT_EQ(cursor, view_.tail);
  EXPECT_TRUE(splice.differs());
  EXPECT_EQ(splice.log_position(), position({9, 9}));
}

TEST_F(SpliceTest, PassesWhatTheReaderKnowsUntilBothAreEqual) {
  Splice splice;
  Position own = position({12, 17});
  std::vector<std::int64_t> fresh;
  std::uint64_t cursor = splice.join(view_, own);
  for (; splice.differs(); ++cursor) {
    if (!Splice::knows(frame(cursor), own)) fresh.push_back(frame(cursor).offset.number());
    splice.pass(frame(cursor), own);
  }
  EXPECT_EQ(fresh, (std::vector<std::int64_t>{13, 14, 15, 16, 17, 18, 19}));
  EXPECT_EQ(cursor, view_.tail + 18) << "after offset 17 of the second partition";
  EXPECT_EQ(own, position({19, 17}));
}

TEST_F(SpliceTest, ExtendsAPositionToThePartitionsOfTheLog) {
  Splice splice;
  Position own = position({19});
  splice.join(view_, own);
  EXPECT_EQ(own.size(), 2u);
  EXPECT_TRUE(splice.differs());
}

TEST_F(SpliceTest, KeepsPartitionsThatTheLogDoesNotKnowYet) {
  Splice splice;
  Position own = position({19, 19, 3});
  EXPECT_EQ(splice.join(view_, own), view_.head);
  EXPECT_TRUE(splice.differs()) << "the log's position there is before the first record";
  EXPECT_EQ(own, position({19, 19, 3}));
}

}  // namespace
}  // namespace sidestream
