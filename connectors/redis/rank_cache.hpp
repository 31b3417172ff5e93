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
    Offset first{0};  // the oldest entry held then; 0-0: none
  };

  void put(const std::string& log, Entry entry) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= entries_max && !entries_.contains(log)) entries_.clear();
    entries_.insert_or_assign(log, entry);
  }

  void erase(const std::string& log) {
    const std::lock_guard lock(mutex_);
    entries_.erase(log);
  }

  // What is known of the stream when `position` was its end. Absent: nothing.
  std::optional<Entry> at(const std::string& log, Offset position) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(log);
    if (found != entries_.end() && found->second.position == position) return found->second;
    return position == Offset{0} ? std::optional(Entry{position, 0}) : std::nullopt;
  }
  // How many entries had been added then.
  std::optional<std::uint64_t> rank_of(const std::string& log, Offset position) const {
    const auto entry = at(log, position);
    return entry ? std::optional(entry->rank) : std::nullopt;
  }

 private:
  static constexpr std::size_t entries_max = 4096;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace sidestream::redis
