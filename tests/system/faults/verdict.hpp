#pragma once
// Whether a client's history is what the log allows: each record of each lane once and in order, a
// missing one announced by a gap that covers it, no gap over what was there, no other life without
// a word, no reset without another life, nothing of a life after it was said to be over.
//
// Pure.

#include <string>
#include <vector>

#include "tests/system/faults/history.hpp"
#include "tests/system/faults/journal.hpp"

namespace e2e::faults {

// What is wrong with each client, one sentence for each thing.
std::vector<std::vector<std::string>> judge_each(const std::vector<History>& histories,
                                                 std::vector<Life> lives);

}  // namespace e2e::faults
