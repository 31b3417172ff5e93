#pragma once
// Counters and state of one connector, read by metrics and /readyz.
//
// Thread: any. Counters are relaxed atomics; state and detail change together under a mutex.
//
// up() and down() concern the broker as a whole, `refusals` single logs. detail() shows both.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "connectors/refusals.hpp"

namespace sidestream {

class ConnectorProbe {
 public:
  std::atomic<std::uint64_t> records_read{0};  // by tails and ranges
  std::atomic<std::uint64_t> ranges_read{0};   // completed read() calls
  std::atomic<std::uint64_t> reconnects{0};    // connections after the first
  std::atomic<std::uint64_t> errors{0};        // broker errors of any kind
  std::atomic<std::uint64_t> published{0};     // acknowledged publishes
  std::atomic<std::uint64_t> publish_failures{0};
  std::atomic<std::uint64_t> tails{0};  // open now
  mutable Refusals refusals;

  // `detail` is one sentence for people, without secrets: what is wrong, and since when. It may be
  // set while up too: what the connector waits for although the broker is reachable.
  void up(std::string detail = {}) { set(true, std::move(detail)); }
  void down(std::string detail) { set(false, std::move(detail)); }

  bool is_up() const { return up_.load(std::memory_order_relaxed); }
  std::string detail() const {
    const auto refused = refusals.text();
    const std::lock_guard lock(mutex_);
    return detail_.empty() || refused.empty() ? detail_ + refused : detail_ + "; " + refused;
  }

 private:
  void set(bool up, std::string detail) {
    const std::lock_guard lock(mutex_);
    up_.store(up, std::memory_order_relaxed);
    detail_ = std::move(detail);
  }

  std::atomic<bool> up_{false};
  mutable std::mutex mutex_;
  std::string detail_ = "not connected yet";
};

}  // namespace sidestream
