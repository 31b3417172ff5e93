#pragma once
// The configuration of a run's sidecars: the topic `t` of the log under test, and the template
// `rooms`, which attackers use.

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

Config make_config(const BrokerEnv& broker, const Schedule& schedule);

}  // namespace e2e::faults
