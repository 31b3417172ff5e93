#pragma once
// Adds what happens to rights to the steps of a schedule: revocations, where each sidecar that is up
// can read them, rotations of keys, and a key server that is away for a while.
//
// Pure: a function of the schedule.

#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

void add_access_steps(Schedule& schedule);

}  // namespace e2e::faults
