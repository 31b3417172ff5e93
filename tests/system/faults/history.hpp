#pragma once
// All that one client saw over all of its connections, as far as it can be judged afterwards.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/faults/offset.hpp"

namespace e2e::faults {

struct Sight {
  enum class What : std::uint8_t {
    open,    // a stream-open with an id: `at` is where it stands in `lane`
    record,  // `number` of `lane`, at `at`
    gap,     // records of `lane` after `at` and before `resumed` are told to be lost
    reset,   // a stream-reset: reading goes on after `at` in `lane`
    came,    // to sidecar `number`, anew; it decides nothing, but tells who looks for a cause
  };
  What what = What::record;
  bool exact = true;        // of a gap's count
  std::int16_t lane = 0;    // an entry for each lane, where an event is about several
  std::int32_t ms = 0;      // since the clients began
  std::int32_t life = 0;    // of a record its own, else the newest that had begun by then
  std::int64_t number = 0;  // of a record
  Offset at;
  Offset before;  // where the client stood in that lane
  Offset resumed;
  std::optional<std::int64_t> lost;
};

struct History {
  std::vector<Sight> sights;
  std::vector<std::string> broken;  // rules that need no journal: of the wire, of ids
};

// Its sights as lines, runs of records as one.
std::string to_text(const History& history);

}  // namespace e2e::faults
