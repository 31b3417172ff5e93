#pragma once
// The log's own bytes from one cursor on, as far as one send takes them: the same for all readers
// that stand there, so it is looked up once for all of them.
//
// Thread: one event loop, which keeps it beside the view it was made of. A run stays right when a
// newer view is taken: sequences never go back, and the segment of a cursor that has not lagged is
// in the newer view too.

#include <cstdint>
#include <string_view>

#include "sidecar/stream/log/topic_log.hpp"

namespace sidestream {

struct Run {
  std::uint64_t from = 0;
  std::uint64_t end = 0;   // how far the reader may go
  std::uint64_t to = 0;    // how far the run goes: in one segment, and within the budget
  std::string_view bytes;  // empty: marks only
  std::uint64_t events = 0;
  std::uint64_t gaps = 0;
  std::int64_t oldest_ms = 0;  // broker's timestamp of the first record; 0: none
  bool ends_in_mark = false;

  bool is_for(std::uint64_t cursor, std::uint64_t limit) const {
    return from == cursor && end == limit && to > from;
  }
};

// Requires: view.tail <= from < end <= view.head.
Run find_run(const LogView& view, std::uint64_t from, std::uint64_t end);

// Counts `to - from` frames of a segment into `run`.
void count_frames(const Segment& segment, std::size_t from, std::size_t to, Run& run);

}  // namespace sidestream
