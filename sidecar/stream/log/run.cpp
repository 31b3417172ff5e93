#include "sidecar/stream/log/run.hpp"

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::size_t budget = 64 * 1024;  // bytes of one send

}  // namespace

Run find_run(const LogView& view, std::uint64_t from, std::uint64_t end) {
  const auto after =
      std::upper_bound(view.segments.begin(), view.segments.end(), from,
                       [](std::uint64_t s, const auto& segment) { return s < segment->first(); });
  const auto i = static_cast<std::size_t>(after - view.segments.begin() - 1);
  const Segment& segment = *view.segments[i];
  const std::size_t first = view.index_of(segment, from);
  const std::size_t most =
      std::min(view.frames_in(i), first + static_cast<std::size_t>(end - from));
  std::size_t last = first + 1;
  while (last < most && segment.frame(last).end - segment.frame(first).begin <= budget) ++last;
  Run run;
  run.from = from;
  run.end = end;
  run.to = from + (last - first);
  run.bytes = segment.wire(first, last);
  count_frames(segment, first, last, run);
  return run;
}

void count_frames(const Segment& segment, std::size_t from, std::size_t to, Run& run) {
  for (std::size_t i = from; i < to; ++i) {
    const Frame& frame = segment.frame(i);
    run.ends_in_mark = frame.kind == FrameKind::mark;
    if (is_gap(frame.kind)) ++run.gaps;
    if (frame.kind != FrameKind::record) continue;
    ++run.events;
    if (run.oldest_ms == 0) run.oldest_ms = frame.time_ms;
  }
}

}  // namespace sidestream
