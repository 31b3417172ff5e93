#pragma once
// How far a range has been read, and whether it is complete. Pure.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "connectors/connector.hpp"

namespace sidestream::kafka {

class RangeProgress {
 public:
  enum class Take {
    skip,    // before the range
    take,    // in the range, which is not complete
    last,    // in the range, which is complete or full with it
    beyond,  // after the range, which is complete without it
  };

  explicit RangeProgress(const Range& range)
      : place_(range.after.number()),
        until_(range.until.number()),
        records_left_(std::max<std::size_t>(range.max_records, 1)),
        bytes_left_(range.max_bytes) {}

  // The next record of the partition. Offsets between it and the previous one hold no record.
  Take record(std::int64_t offset, std::size_t bytes) {
    if (offset <= place_) return Take::skip;
    if (offset > until_) {
      place_ = until_;
      return Take::beyond;
    }
    place_ = offset;
    --records_left_;
    const bool full = records_left_ == 0 || bytes > bytes_left_;
    bytes_left_ -= std::min(bytes, bytes_left_);
    return full || place_ == until_ ? Take::last : Take::take;
  }

  // The partition ends before `next`. True: the range is complete.
  bool end_of_partition(std::int64_t next) {
    place_ = std::max(place_, std::min(next - 1, until_));
    return complete();
  }

  // The records before `next` cannot be read.
  void skip_to(std::int64_t next) { place_ = std::max(place_, std::min(next - 1, until_)); }

  // Everything up to this offset was taken or does not exist.
  std::int64_t place() const { return place_; }
  bool complete() const { return place_ >= until_; }

 private:
  std::int64_t place_;
  std::int64_t until_;
  std::size_t records_left_;
  std::size_t bytes_left_;
};

}  // namespace sidestream::kafka
