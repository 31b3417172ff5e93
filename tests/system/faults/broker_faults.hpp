#pragma once
// The faults of a schedule that a broker and its link have. Thread, errors: as in broker_env.hpp.

#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

// Does nothing for other faults.
void inject(BrokerEnv& broker, const Step& step);

}  // namespace e2e::faults
