#pragma once
// How many entries to request. Redis limits replies by entries, the connector limits them by bytes:
// the first request is small, later ones follow the size of the entries received. Pure.

#include <algorithm>
#include <cstddef>

namespace sidestream::redis {

class BatchSize {
 public:
  BatchSize(std::size_t bytes_max, std::size_t entries_max)
      : bytes_max_(bytes_max), entries_max_(entries_max) {}

  std::size_t next() const { return std::min(next_, entries_max_); }

  // Takes the size of a reply. Grows at most eightfold at a time, because a huge entry may follow
  // many small ones.
  void update(std::size_t entries, std::size_t bytes) {
    if (entries == 0) return;
    const auto mean = bytes / entries + 1;
    next_ = std::clamp<std::size_t>(bytes_max_ / mean, 1, next_ * 8);
  }

 private:
  std::size_t bytes_max_;
  std::size_t entries_max_;
  std::size_t next_ = 16;
};

}  // namespace sidestream::redis
