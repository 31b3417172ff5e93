#pragma once
// What the replays of all logs share: the cached pages and the order of reads.
//
// Thread: any.
// Borrows: memory. Outlives all replays, and their callbacks: connectors are stopped first.

#include <cstddef>
#include <cstdint>

#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/replay/page_cache.hpp"
#include "sidecar/stream/replay/range_scheduler.hpp"

namespace sidestream {

class ReplayPool {
 public:
  explicit ReplayPool(const Memory& memory, std::size_t reads_at_once = 4)
      : pages_(memory), ranges_(reads_at_once) {}

  PageCache& pages() { return pages_; }
  RangeScheduler& ranges() { return ranges_; }
  // Memory of the cached pages.
  std::uint64_t bytes() const { return pages_.bytes(); }

 private:
  PageCache pages_;
  RangeScheduler ranges_;
};

}  // namespace sidestream
