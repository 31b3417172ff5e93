#include "sidecar/stream/reader/page_cursor.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {
namespace {

// The index of the first frame after `own`.
std::size_t first_after(const Segment& frames, Offset own) {
  std::size_t low = 0, high = frames.frames();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (frames.frame(middle).offset <= own) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

PageRequest PageCursor::request(const Position& position, const Position& tail) {
  assert(!waiting_ && position.size() >= tail.size());
  waiting_ = true;
  auto p = static_cast<std::size_t>(partition_);
  do p = (p + 1) % tail.size();
  while (position[p] >= tail[p]);
  partition_ = static_cast<Partition>(p);
  return {partition_, position[p], tail[p]};
}

void PageCursor::enter(PagePtr page, const Position& position) {
  waiting_ = false;
  page_ = std::move(page);
  partition_ = page_->partition;
  index_ = first_after(frames(), position[partition_]);
}

template <class Wanted>
const Frame* PageCursor::next_if(Position& position, bool& moved, Wanted wanted) {
  if (!page_) return nullptr;
  Offset& own = position[partition_];
  for (; index_ < frames().frames(); ++index_) {
    const Frame& frame = frames().frame(index_);
    if (wanted(frame)) return &frame;
    own = std::max(own, frame.offset);
    moved = true;
  }
  if (page_->reached > own) {
    own = page_->reached;
    moved = true;
  }
  page_.reset();
  return nullptr;
}

const Frame* PageCursor::next(Position& position, bool& moved) {
  return next_if(position, moved, [](const Frame& f) { return f.kind != FrameKind::skip; });
}

const Frame* PageCursor::next(const StreamFilter& filter, Position& position, bool& moved) {
  return next_if(position, moved, [&](const Frame& f) { return filter.wants(*page_->frames, f); });
}

void PageCursor::pass(const Frame& frame, Position& position) {
  position[partition_] = frame.offset;
  ++index_;
}

}  // namespace sidestream
