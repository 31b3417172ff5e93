#pragma once
// A reader's place in the pages of a replay. It reads one partition's page after another, round
// robin, until no partition is older than the topic log. No I/O: it says which page it needs.
//
// Thread: one event loop.

#include <cstddef>

#include "connectors/record.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/replay/page.hpp"

namespace sidestream {

// The page that holds what follows `after`. The reader wants to read up to `until` in all.
struct PageRequest {
  Partition partition = 0;
  Offset after;
  Offset until;
};

class PageCursor {
 public:
  // Chooses the next partition in which `position` is before `tail` and returns the page that it
  // needs. Requires: there is one, and `position` has all partitions of `tail`.
  PageRequest request(const Position& position, const Position& tail);
  // A page was requested and has not come yet.
  bool is_waiting() const { return waiting_; }
  void stop_waiting() { waiting_ = false; }

  // Goes to the first frame of `page` after `position`.
  void enter(PagePtr page, const Position& position);
  // Drops the page; request() asks for it again.
  void release() { page_.reset(); }

  // The next frame that has bytes; moves `position` over the skips before it and sets `moved`
  // where there are some. Null: there is no page, or its end is reached and the page is dropped.
  const Frame* next(Position& position, bool& moved);
  // The same of the frames that `filter` wants; all others are skips.
  // Not inline, so that other readers don't pay for it.
  [[gnu::noinline]] const Frame* next(const StreamFilter& filter, Position& position, bool& moved);
  // Moves past `frame`, which next() has returned.
  void pass(const Frame& frame, Position& position);
  const Segment& frames() const { return *page_->frames; }

 private:
  template <class Wanted>
  const Frame* next_if(Position& position, bool& moved, Wanted wanted);

  PagePtr page_;
  std::size_t index_ = 0;  // of the next frame in the page
  Partition partition_ = 0;
  bool waiting_ = false;
};

}  // namespace sidestream
