#include "sidecar/stream/reader/page_cursor.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sidestream {
namespace {

struct Item {
  std::int64_t offset;
  FrameKind kind = FrameKind::record;
};

PagePtr page(Partition partition, std::int64_t after, std::int64_t reached,
             const std::vector<Item>& items) {
  EncodedBatch batch;
  for (const Item& item : items) {
    if (item.kind != FrameKind::skip) batch.out() += "data: x\n";
    batch.add(item.kind, partition, Offset::of(item.offset), 0);
  }
  auto page = std::make_shared<Page>();
  page->partition = partition;
  page->after = Offset::of(after);
  page->reached = Offset::of(reached);
  page->frames = build_frames(batch, OffsetFormat::integer, false);
  return page;
}

Position position(const std::vector<std::int64_t>& offsets) {
  Position all;
  for (const auto offset : offsets) all.push_back(Offset::of(offset));
  return all;
}

// The offsets that a reader gets.
std::vector<std::int64_t> read(PageCursor& cursor, Position& own, bool& moved) {
  std::vector<std::int64_t> offsets;
  while (const Frame* frame = cursor.next(own, moved)) {
    offsets.push_back(frame->offset.number());
    cursor.pass(*frame, own);
  }
  return offsets;
}

TEST(PageCursorTest, RequestsPartitionsInTurn) {
  PageCursor cursor;
  const Position own = position({5, 9, 7});
  const Position tail = position({10, 9, 8});
  std::vector<Partition> asked;
  for (int i = 0; i < 4; ++i) {
    const PageRequest request = cursor.request(own, tail);
    EXPECT_TRUE(cursor.is_waiting());
    cursor.stop_waiting();
    asked.push_back(request.partition);
    EXPECT_EQ(request.after, own[static_cast<std::size_t>(request.partition)]);
    EXPECT_EQ(request.until, tail[static_cast<std::size_t>(request.partition)]);
  }
  EXPECT_EQ(asked, (std::vector<Partition>{2, 0, 2, 0})) << "1 is where the log begins";
}

TEST(PageCursorTest, BeginsAfterThePositionWithinThePage) {
  PageCursor cursor;
  Position own = position({12});
  bool moved = false;
  cursor.enter(page(0, 9, 15, {{10}, {11}, {12}, {13}, {15}}), own);
  EXPECT_EQ(read(cursor, own, moved), (std::vector<std::int64_t>{13, 15}));
  EXPECT_EQ(own, position({15}));
  EXPECT_FALSE(moved);
}

TEST(PageCursorTest, MovesOverSkipsAndTheEndOfThePage) {
  PageCursor cursor;
  Position own = position({9});
  bool moved = false;
  cursor.enter(page(0, 9, 20, {{10, FrameKind::skip}, {11}, {12, FrameKind::skip}}), own);
  const Frame* frame = cursor.next(own, moved);
  ASSERT_TRUE(frame);
  EXPECT_EQ(own, position({10}));
  EXPECT_TRUE(moved);
  cursor.pass(*frame, own);
  EXPECT_FALSE(cursor.next(own, moved));
  EXPECT_EQ(own, position({20})) << "nothing else is in the range";
}

TEST(PageCursorTest, HasNothingAfterTheReleaseOfItsPage) {
  PageCursor cursor;
  Position own = position({9});
  bool moved = false;
  cursor.enter(page(0, 9, 11, {{10}, {11}}), own);
  cursor.release();
  EXPECT_FALSE(cursor.next(own, moved));
  EXPECT_EQ(own, position({9})) << "the page is requested again from here";
}

}  // namespace
}  // namespace sidestream
