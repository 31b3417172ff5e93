#pragma once
// How long things take, for metrics. Thread: any.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sidestream {

// A histogram of durations, such as from the broker's timestamp to the socket write.
class LatencyProbe {
 public:
  static constexpr std::array<double, 13> bounds_seconds{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  void observe(std::int64_t milliseconds, std::uint64_t events) {
    observe_us(milliseconds * 1000, events);
  }
  void observe_us(std::int64_t microseconds, std::uint64_t events);
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  double sum_seconds() const {
    return static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
  }

 private:
  std::array<std::atomic<std::uint64_t>, bounds_seconds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

inline void LatencyProbe::observe_us(std::int64_t microseconds, std::uint64_t events) {
  // The clocks of broker and sidecar differ: negative latencies count as 0.
  const std::int64_t us = microseconds < 0 ? 0 : microseconds;
  std::size_t i = 0;
  while (i < bounds_seconds.size() && static_cast<double>(us) > bounds_seconds[i] * 1e6) ++i;
  buckets_[i].fetch_add(events, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(us) * events, std::memory_order_relaxed);
}

}  // namespace sidestream
