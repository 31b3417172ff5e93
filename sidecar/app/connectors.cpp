#include "sidecar/app/connectors.hpp"

#include <utility>

#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/kafka/kafka_connector.hpp"
#include "connectors/redis/redis_connector.hpp"

namespace sidestream {
namespace {

EmbeddedOptions options_of(const EmbeddedSettings& s) {
  return {s.path, s.retention_records, s.retention_bytes, s.retention_age};
}

RedisOptions options_of(const RedisSettings& s) {
  return {s.host, s.port, s.tls, s.database, s.username, s.password, s.ca};
}

struct Make {
  const std::string& name;
  const Log& log;

  MadeConnector operator()(const KafkaSettings& s) const {
    return {name, "kafka", make_kafka_connector(name, s.properties, log)};
  }
  MadeConnector operator()(const RedisSettings& s) const {
    return {name, "redis", make_redis_connector(name, options_of(s), log)};
  }
  MadeConnector operator()(const EmbeddedSettings& s) const {
    return {name, "embedded", make_embedded_connector(name, options_of(s), log)};
  }
};

struct Check {
  std::vector<std::string> operator()(const KafkaSettings& s) const {
    return check_kafka_properties(s.properties);
  }
  std::vector<std::string> operator()(const RedisSettings&) const { return {}; }
  std::vector<std::string> operator()(const EmbeddedSettings& s) const {
    const auto problem = check_embedded(options_of(s));
    return problem ? std::vector<std::string>{*problem} : std::vector<std::string>{};
  }
};

}  // namespace

std::vector<std::string> check_connectors(const std::vector<ConnectorSettings>& settings) {
  std::vector<std::string> problems;
  for (const ConnectorSettings& connector : settings) {
    for (const std::string& problem : std::visit(Check{}, connector.kind)) {
      problems.push_back("connectors." + connector.name + ": " + problem);
    }
  }
  return problems;
}

std::vector<MadeConnector> make_connectors(const std::vector<ConnectorSettings>& settings,
                                           const Log& log) {
  std::vector<MadeConnector> made;
  for (const ConnectorSettings& connector : settings) {
    made.push_back(std::visit(Make{connector.name, log}, connector.kind));
  }
  return made;
}

}  // namespace sidestream
