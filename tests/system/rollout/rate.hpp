#pragma once
// The maximum number of events in any period of a given length.

#include <vector>

#include "tests/support/harness/wait.hpp"

namespace e2e::rollout {

// Of the times since `from`; they need not be in order.
int peak(std::vector<Clock::time_point> times, Clock::time_point from, Clock::duration window);

}  // namespace e2e::rollout
