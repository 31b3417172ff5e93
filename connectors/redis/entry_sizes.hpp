#pragma once
// The usual size of the entries of each stream, learnt from replies, so that a request for entries
// does not begin with a guess.
//
// Thread: any. Bounded: a full table is cleared, which makes the next requests small.

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace sidestream::redis {

class EntrySizes {
 public:
  // Bytes of an entry; 0: unknown.
  std::size_t of(const std::string& log) const {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(log);
    return found == sizes_.end() ? 0 : found->second;
  }
  void set(const std::string& log, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (sizes_.size() >= logs_max && !sizes_.contains(log)) sizes_.clear();
    sizes_[log] = bytes;
  }

 private:
  static constexpr std::size_t logs_max = 8192;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> sizes_;
};

}  // namespace sidestream::redis
