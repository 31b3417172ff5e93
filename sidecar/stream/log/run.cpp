#include "sidecar/stream/log/run.hpp"

#include <algorithm>
#include <cassert>

namespace sidestream {
namespace {

void count_frames(const Segment& segment, std::size_t from, std::size_t to, Run& run) {
  Counts& counts = run.counts;
  for (std::size_t i = from; i < to; ++i) {
    const Frame& frame = segment.frame(i);
    run.ends_in_skip = frame.kind == FrameKind::skip;
    if (is_gap(frame.kind)) ++counts.gaps;
    if (frame.kind != FrameKind::record) continue;
    ++counts.events;
    if (counts.oldest_ms == 0) counts.oldest_ms = frame.time_ms;
  }
  counts.live_events = counts.oldest_ms > 0 ? counts.events : 0;
}

}  // namespace

Run find_run(const LogView& view, std::uint64_t from, std::uint64_t limit) {
  assert(view.tail <= from && from < limit && limit <= view.head);
  const auto after =
      std::upper_bound(view.segments.begin(), view.segments.end(), from,
                       [](std::uint64_t s, const auto& segment) { return s < segment->first(); });
  const auto i = static_cast<std::size_t>(after - view.segments.begin() - 1);
  const Segment& segment = *view.segments[i];
  const std::size_t first = view.index_of(segment, from);
  const std::size_t most =
      std::min(view.frames_in(i), first + static_cast<std::size_t>(limit - from));
  const std::size_t bytes_end = segment.frame(first).begin + run_bytes_max;
  std::size_t last = first + 1;
  while (last < most && segment.frame(last).end <= bytes_end) ++last;
  Run run;
  run.from = from;
  run.limit = limit;
  run.to = from + (last - first);
  run.segment = view.segments[i];
  run.blocks = segment.blocks(first, last);
  count_frames(segment, first, last, run);
  return run;
}

}  // namespace sidestream
