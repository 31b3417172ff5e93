#include "tests/integration/connectors/broker_fixture.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sidestream::test {
namespace {

using Make = std::unique_ptr<BrokerFixture> (*)();

const std::map<std::string, Make>& makers() {
  static const std::map<std::string, Make> all{
#ifdef SIDESTREAM_WITH_EMBEDDED
      {"embedded", make_embedded_fixture},
      {"memory", make_memory_fixture},
#endif
#ifdef SIDESTREAM_WITH_KAFKA
      {"kafka", make_kafka_fixture},
#endif
#ifdef SIDESTREAM_WITH_REDIS
      {"redis", make_redis_fixture},
#endif
  };
  return all;
}

std::map<std::string, std::unique_ptr<BrokerFixture>>& started() {
  static std::map<std::string, std::unique_ptr<BrokerFixture>> all;
  return all;
}

// Ends the brokers before main() returns, while the objects they use still exist.
class EndBrokers final : public testing::Environment {
  void TearDown() override { started().clear(); }
};
[[maybe_unused]] const auto* const end_brokers = testing::AddGlobalTestEnvironment(new EndBrokers);

}  // namespace

std::vector<std::string> broker_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) names.push_back(name);
  return names;
}

BrokerFixture& shared_broker(const std::string& name) {
  auto& broker = started()[name];
  if (!broker) broker = makers().at(name)();
  return *broker;
}

}  // namespace sidestream::test
