#pragma once
// A run: the frames from one cursor on that one send takes. It lies within one segment and within
// run_bytes_max, or is a single larger frame. All readers at that cursor share it.
//
// Thread: one event loop. A run stays valid when the loop takes a newer view: it keeps its segment
// alive, and sequences never go back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sidecar/stream/log/topic_log.hpp"

namespace sidestream {

inline constexpr std::size_t run_bytes_max = 64 * 1024;

// What some blocks contain, for metrics.
struct Counts {
  std::uint64_t events = 0;
  std::uint64_t gaps = 0;
  // Of `events`, those that are delivered live, and the broker's timestamp of the first of them.
  std::uint64_t live_events = 0;
  std::int64_t oldest_ms = 0;
};

struct Run {
  std::uint64_t from = 0;
  std::uint64_t limit = 0;  // how far its readers may go
  std::uint64_t to = 0;     // how far the run goes
  std::shared_ptr<const Segment> segment;
  std::string_view blocks;  // in `segment`; empty: the run has only skips
  Counts counts;
  bool ends_in_skip = false;

  bool is_for(std::uint64_t cursor, std::uint64_t upto) const {
    return from == cursor && limit == upto && to > from;
  }
};

// Requires: view.tail <= from < limit <= view.head.
Run find_run(const LogView& view, std::uint64_t from, std::uint64_t limit);

}  // namespace sidestream
