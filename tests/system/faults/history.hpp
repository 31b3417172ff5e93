#pragma once
// What one client saw over all of its connections.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/faults/offset.hpp"

namespace e2e::faults {

struct Sight {
  enum class What : std::uint8_t {
    open,    // a stream-open with an id: `at` is its position in `lane`
    record,  // `number` of `lane`, at `at`
    gap,     // records of `lane` after `at` and before `resumed` are reported lost
    reset,   // a stream-reset: reading continues after `at` in `lane`
    came,    // connected to sidecar `number`; not judged, shown in reports
  };
  What what = What::record;
  bool exact = true;            // of a gap's count
  std::int16_t lane = 0;        // an entry for each lane, where an event is about several
  std::int32_t ms = 0;          // since the clients began
  std::int32_t generation = 0;  // of a record: its own; else the newest at that time
  std::int64_t number = 0;      // of a record
  Offset at;
  Offset before;  // the client's position in that lane before
  Offset resumed;
  std::optional<std::int64_t> lost;
};

struct History {
  int person = -1;  // whose records alone it has a right to; -1: to all
  std::vector<Sight> sights;
  std::vector<std::string> broken;  // broken rules of the wire and of ids, which need no journal
};

// Its sights as lines, runs of records as one.
std::string to_text(const History& history);

}  // namespace e2e::faults
