#pragma once
// The end of each stream at its last extent() call, and how many entries had been added by then. A
// tail that starts there can tell loss from sparse ids at once (continuity.hpp).
//
// Thread: any. Bounded: a full cache is cleared, which makes losses less exact and nothing else.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "connectors/record.hpp"

namespace sidestream::redis {

class RankCache {
 public:
  struct Entry {
    Offset position;
    std::uint64_t rank;
  };

  void put(const std::string& log, Entry entry) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= entries_max && !entries_.contains(log)) entries_.clear();
    entries_.insert_or_assign(log, entry);
  }

  // How many entries had been added when `position` was the newest. Absent: unknown.
  std::optional<std::uint64_t> rank_of(const std::string& log, Offset position) const {
    if (position == Offset{0}) return 0;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(log);
    if (found == entries_.end() || found->second.position != position) return std::nullopt;
    return found->second.rank;
  }

 private:
  static constexpr std::size_t entries_max = 4096;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace sidestream::redis
