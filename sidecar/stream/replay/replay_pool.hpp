#pragma once
// What the replays of all logs share: the cached pages, the order of reads, and that of seeks.
//
// Thread: any.
// Borrows: memory. Outlives all replays, and their callbacks: connectors are stopped first.

#include <cstddef>
#include <cstdint>

#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/replay/broker_scheduler.hpp"
#include "sidecar/stream/replay/page_cache.hpp"

namespace sidestream {

class ReplayPool {
 public:
  explicit ReplayPool(const Memory& memory, std::size_t reads_at_once = 4)
      : pages_(memory), ranges_(reads_at_once), seeks_(seeks_at_once) {}

  PageCache& pages() { return pages_; }
  BrokerScheduler& ranges() { return ranges_; }
  BrokerScheduler& seeks() { return seeks_; }
  // Memory of the cached pages.
  std::uint64_t bytes() const { return pages_.bytes(); }

 private:
  // Of one broker, and at most one of each log. Few, so that starts seldom wait behind them.
  static constexpr std::size_t seeks_at_once = 4;

  PageCache pages_;
  BrokerScheduler ranges_;
  BrokerScheduler seeks_;
};

}  // namespace sidestream
