#pragma once
// Adds to a schedule what happens to questions: they are asked and cancelled, workers die and are
// frozen.

#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

// How many workers a kind of broker has; 0: nobody asks there.
int workers_of(const std::string& kind);
void add_ask_steps(Schedule& schedule);

}  // namespace e2e::faults
