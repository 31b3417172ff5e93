#include "tests/system/faults/run_config.hpp"

#include "tests/system/faults/people.hpp"

namespace e2e::faults {

Config make_config(const BrokerEnv& broker, const Schedule& schedule, const std::string& keys_url) {
  // Clients never reach the limit of connections alone; attackers do.
  const auto connections = std::to_string(2 * schedule.clients + 250);
  const bool by_post = schedule.post || schedule.kind == "embedded";
  const std::string log =
      "from: broker, " + broker.topic_keys() + ", on_reset: earliest, log: " + schedule.topic_log;
  return {.server = {"heartbeat: 300ms", "drain: 300ms",
                     "limits: { connections: " + connections + " }"},
          .connectors = {"broker: " + broker.connector()},
          .access = {"tokens: [{ issuer: faults, audience: sidestream, keys: \"" + keys_url +
                         "\", leeway: " + std::to_string(People::leeway.count()) + "s }]",
                     "revocations: { from: broker, " + broker.revocation_keys() + " }"},
          .topics = {"t: { " + log + ", read: anyone" + (by_post ? ", publish: anyone" : "") + " }",
                     "people: { path: '/people/{user}', " + log +
                         ", read: { claims: { sub: '{user}' } }, only: { key: '{user}' } }",
                     "rooms: { path: '/rooms/{s}', from: broker, " + broker.template_keys() +
                         ", read: anyone, linger: 0s }"}};
}

}  // namespace e2e::faults
