#include "tests/system/faults/run_config.hpp"

#include "tests/system/faults/people.hpp"

namespace e2e::faults {

namespace {

// Questions are asked at BrokerEnv::ask_path(), the last part of which is a session.
std::vector<std::string> ask_topics(const BrokerEnv& broker) {
  const std::string secret(32, 's');
  return {"prompts: { from: broker, " + broker.question_keys() + " }",
          "chat: { path: '/chat/{session}/{request}', from: broker, " + broker.reply_keys() +
              ", end: { event: [done, cancelled] }, ask: { to: prompts, secret: " + secret +
              " }, read: anyone, publish: anyone }"};
}

}  // namespace

Config make_config(const BrokerEnv& broker, const Schedule& schedule, const std::string& keys_url) {
  // Clients never reach the limit of connections alone; attackers do.
  const auto connections = std::to_string(2 * schedule.clients + 250);
  const bool by_post = schedule.post || schedule.kind == "embedded";
  const std::string log =
      "from: broker, " + broker.topic_keys() + ", on_reset: earliest, log: " + schedule.topic_log;
  Config config{
      .server = {"heartbeat: 300ms", "drain: 300ms",
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
  if (schedule.workers > 0)
    for (const auto& topic : ask_topics(broker)) config.topics.push_back(topic);
  return config;
}

}  // namespace e2e::faults
