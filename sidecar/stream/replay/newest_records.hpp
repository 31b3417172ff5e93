#pragma once
// Where the newest n of some records begin, found in one pass and in constant memory: it keeps marks,
// not records. What the marks leave open is answered by a second pass over a small part. Pure.
//
// Thread: one at a time.

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>

#include "connectors/record.hpp"

namespace sidestream {

class NewestRecords {
 public:
  // Requires: wanted > 0.
  explicit NewestRecords(std::int64_t wanted)
      : wanted_(wanted), grain_(std::max<std::int64_t>(1, wanted / marks_most)) {
    assert(wanted > 0);
  }

  // The next record, in the order of offsets.
  void add(Offset offset) {
    if (marks_.empty() || marks_.back().records == grain_) marks_.push_back({offset, 0});
    ++marks_.back().records;
    ++count_;
    while (count_ - marks_.front().records >= wanted_) {
      count_ -= marks_.front().records;
      marks_.pop_front();
    }
  }

  bool enough() const { return count_ >= wanted_; }
  // How many more are wanted. Requires: !enough().
  std::int64_t missing() const { return wanted_ - count_; }
  // The newest n records are those from this one on, without the first skip() of them. Requires:
  // enough().
  Offset begin() const { return marks_.front().first; }
  std::int64_t skip() const { return count_ - wanted_; }
  std::size_t marks() const { return marks_.size(); }

 private:
  static constexpr std::int64_t marks_most = 64;

  struct Mark {
    Offset first;
    std::int64_t records;  // from there up to the next mark
  };

  std::int64_t wanted_;
  std::int64_t grain_;  // records of a mark
  std::int64_t count_ = 0;
  std::deque<Mark> marks_;  // at most some more than marks_most
};

}  // namespace sidestream
