#pragma once
// Numbers that any thread changes and metrics show: relaxed atomics.

#include <atomic>
#include <cstdint>

namespace sidestream {

class Counter {
 public:
  void add(std::uint64_t n = 1) { n_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return n_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> n_{0};
};

class Gauge {
 public:
  // Returns the new value.
  std::int64_t add(std::int64_t n = 1) { return n_.fetch_add(n, std::memory_order_relaxed) + n; }
  std::int64_t value() const { return n_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> n_{0};
};

}  // namespace sidestream
