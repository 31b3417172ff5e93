#pragma once
// What one reader has to have seen: each numbered record of each lane exactly once and in order,
// with ids that never go back. It lives over disconnects; that is its point.
//
// Thread: one at a time. Errors: WireError names the lane, the number expected and the one that
// came.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {

class Ledger {
 public:
  // Lanes are the partitions; `first` is the number that each begins with.
  explicit Ledger(int partitions, std::int64_t first = 0);

  void record(const Event& event);  // its data and its id
  // Takes records until every lane has come to its number in `until` (the first not written).
  void read(EventStream& stream, const std::vector<std::int64_t>& until,
            Clock::duration within = EventStream::usual);
  std::int64_t seen() const;
  std::int64_t next(int lane) const { return next_.at(static_cast<std::size_t>(lane)); }

 private:
  void check_id(int partition, const std::string& id);

  std::vector<std::int64_t> next_;
  std::vector<std::string> offsets_;  // of the last id; empty before the first
  std::int64_t first_;
};

}  // namespace e2e
