#include "tests/system/faults/run_config.hpp"

namespace e2e::faults {

Config make_config(const BrokerEnv& broker, const Schedule& schedule) {
  // Clients never reach the limit of connections alone; attackers do.
  const auto connections = std::to_string(2 * schedule.clients + 250);
  return {.server = {"heartbeat: 300ms", "drain: 300ms",
                     "limits: { connections: " + connections + " }"},
          .connectors = {"broker: " + broker.connector()},
          .topics = {"t: { from: broker, " + broker.topic_keys() +
                         ", on_reset: earliest, log: " + schedule.topic_log + " }",
                     "rooms: { path: '/rooms/{s}', from: broker, " + broker.template_keys() +
                         ", linger: 0s }"}};
}

}  // namespace e2e::faults
