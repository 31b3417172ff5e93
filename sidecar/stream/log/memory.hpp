#pragma once
// What topic logs and replays may hold, and what slow readers still pin of it.
//
// Thread: any (relaxed counters).

#include <atomic>
#include <cstdint>

namespace sidestream {

class Memory {
 public:
  explicit Memory(std::uint64_t budget) : budget_(budget) {}

  std::uint64_t budget() const { return budget_; }
  // Pages of replays share a quarter; topic logs have the rest. Half-sent frames that outlive their
  // segment have an eighth on top: beyond it their connections are cut (they resume by id).
  std::uint64_t replay_budget() const { return budget_ / 4; }
  std::uint64_t log_budget() const { return budget_ - replay_budget(); }
  std::uint64_t pinned_budget() const { return budget_ / 8; }

  void pin(std::uint64_t bytes) { pinned_.fetch_add(bytes, std::memory_order_relaxed); }
  void unpin(std::uint64_t bytes) { pinned_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t pinned() const { return pinned_.load(std::memory_order_relaxed); }
  bool pinned_too_much() const { return pinned() > pinned_budget(); }

 private:
  std::uint64_t budget_;
  std::atomic<std::uint64_t> pinned_{0};
};

}  // namespace sidestream
