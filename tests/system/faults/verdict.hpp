#pragma once
// Whether a client's history is what the log allows: each record of each lane once and in order,
// missing ones covered by a gap, no gap over retained records, a new generation only after a reset,
// no reset without a new generation, and no record of an old generation after that. For a person:
// the same of her records, and none of another's.
//
// Pure.

#include <string>
#include <vector>

#include "tests/system/faults/history.hpp"
#include "tests/system/faults/journal.hpp"

namespace e2e::faults {

// The errors of each client, a sentence each.
std::vector<std::vector<std::string>> judge_each(const std::vector<History>& histories,
                                                 std::vector<Generation> generations);

}  // namespace e2e::faults
