#pragma once
// Memory budgets of topic logs and replays, and the bytes that slow readers still hold.
//
// Thread: any (relaxed counters).

#include <atomic>
#include <cstdint>

namespace sidestream {

class Memory {
 public:
  // `embedded`: whether there are embedded logs in memory.
  explicit Memory(std::uint64_t budget, bool embedded = false)
      : budget_(budget), embedded_budget_(embedded ? budget / 4 : 0) {}

  std::uint64_t budget() const { return budget_; }
  // Pages of replays share a quarter, embedded logs in memory another; topic logs have the rest.
  std::uint64_t replay_budget() const { return budget_ / 4; }
  std::uint64_t embedded_budget() const { return embedded_budget_; }
  std::uint64_t log_budget() const { return budget_ - replay_budget() - embedded_budget_; }
  // Partly sent bytes that only slow readers hold may take an eighth on top. Beyond it the
  // connections of these readers are closed; clients resume by id.
  std::uint64_t pinned_budget() const { return budget_ / 8; }

  void pin(std::uint64_t bytes) { pinned_.fetch_add(bytes, std::memory_order_relaxed); }
  void unpin(std::uint64_t bytes) { pinned_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t pinned() const { return pinned_.load(std::memory_order_relaxed); }
  bool pinned_too_much() const { return pinned() > pinned_budget(); }

 private:
  std::uint64_t budget_;
  std::uint64_t embedded_budget_;
  std::atomic<std::uint64_t> pinned_{0};
};

}  // namespace sidestream
