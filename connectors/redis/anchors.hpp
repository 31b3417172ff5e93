#pragma once
// What extent() last saw of each stream: its end, and how many entries had been added by then. A
// tail that starts there can then tell loss from sparse ids at once (continuity.hpp).
//
// Thread: any. Bounded: when full, all is forgotten, which costs exactness only.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "connectors/record.hpp"

namespace sidestream::redis {

class Anchors {
 public:
  struct Anchor {
    Offset position;
    std::uint64_t rank;
  };

  void put(const std::string& log, Anchor anchor) {
    const std::lock_guard lock(mutex_);
    if (anchors_.size() >= most && !anchors_.contains(log)) anchors_.clear();
    anchors_.insert_or_assign(log, anchor);
  }

  // How many entries had been added when `position` was the newest place.
  std::optional<std::uint64_t> rank_of(const std::string& log, Offset position) const {
    if (position == Offset{0}) return 0;
    const std::lock_guard lock(mutex_);
    const auto found = anchors_.find(log);
    if (found == anchors_.end() || found->second.position != position) return std::nullopt;
    return found->second.rank;
  }

 private:
  static constexpr std::size_t most = 4096;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Anchor> anchors_;
};

}  // namespace sidestream::redis
