#pragma once
// The configuration of a run's sidecars: the topic `t` of the log under test, `people` with each
// person's records of the same log, and the template `rooms`, which attackers use.

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

// `keys_url`: of the issuer of the persons' tokens.
Config make_config(const BrokerEnv& broker, const Schedule& schedule, const std::string& keys_url);

}  // namespace e2e::faults
