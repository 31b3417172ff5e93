#pragma once
// Finds where an unreadable batch ends. The broker does not say it, and reading at any offset inside
// the batch gives the same error. So offsets are tried: 1, 2, 4, ... after the beginning, then by
// halves. Pure.

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace sidestream::kafka {

class HoleSearch {
 public:
  // Reading at `first` gave the error. Offsets from `end` on are not wanted.
  HoleSearch(std::int64_t first, std::int64_t end) : inside_(first), after_(end) {
    assert(first < end);
  }

  bool done() const { return after_ - inside_ <= 1; }
  // The offset to try. Requires: !done().
  std::int64_t next() const {
    if (bounded_) return inside_ + (after_ - inside_) / 2;
    return std::min(inside_ + step_, after_ - 1);
  }
  // Reading at next() gave the same error.
  void inside() {
    inside_ = next();
    step_ *= 2;
  }
  // Reading at next() gave a record, the end of the partition, or the error of another batch.
  void outside() {
    after_ = next();
    bounded_ = true;
  }
  // The first offset after the batch, at most `end`. Requires: done().
  std::int64_t first_readable() const { return after_; }

 private:
  std::int64_t inside_;  // the highest offset known to be in the batch
  std::int64_t after_;   // the lowest offset known to be after it, or `end`
  std::int64_t step_ = 1;
  bool bounded_ = false;  // after_ was found, not assumed
};

}  // namespace sidestream::kafka
