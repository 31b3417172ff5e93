#pragma once
// How many entries to ask for, as Redis counts entries and we count bytes: few at first, then by
// the size of those that came. Pure.

#include <algorithm>
#include <cstddef>

namespace sidestream::redis {

class BatchSize {
 public:
  BatchSize(std::size_t budget_bytes, std::size_t most) : budget_(budget_bytes), most_(most) {}

  std::size_t next() const { return std::min(next_, most_); }
  // What was asked for, grown at most eightfold at a time: one huge entry after many small ones.
  void saw(std::size_t entries, std::size_t bytes) {
    if (entries == 0) return;
    const auto each = bytes / entries + 1;
    next_ = std::clamp<std::size_t>(budget_ / each, 1, next_ * 8);
  }

 private:
  std::size_t budget_;
  std::size_t most_;
  std::size_t next_ = 16;
};

}  // namespace sidestream::redis
