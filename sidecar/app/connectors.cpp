#include "sidecar/app/connectors.hpp"

#include <algorithm>
#include <utility>

#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/kafka/kafka_connector.hpp"
#include "connectors/redis/redis_connector.hpp"
#include "sidecar/auth/token/key_set.hpp"
#include "sidecar/http/net/tls/certificates.hpp"

namespace sidestream {
namespace {

EmbeddedOptions options_of(const EmbeddedSettings& s, MemoryShare memory = {}) {
  return {s.path,          s.retention_records, s.retention_bytes,
          s.retention_age, memory.bytes,        memory.records};
}

RedisOptions options_of(const RedisSettings& s) {
  return {s.host, s.port, s.tls, s.database, s.username, s.password, s.ca};
}

struct Make {
  const ConnectorSettings& settings;
  MemoryShare memory;
  const Logger& log;

  ConfiguredConnector operator()(const KafkaSettings& s) const {
    return {settings, "kafka", make_kafka_connector(settings.name, s.properties, log)};
  }
  ConfiguredConnector operator()(const RedisSettings& s) const {
    return {settings, "redis", make_redis_connector(settings.name, options_of(s), log)};
  }
  ConfiguredConnector operator()(const EmbeddedSettings& s) const {
    return {settings, "embedded",
            make_embedded_connector(settings.name, options_of(s, memory), log)};
  }
};

}  // namespace

Loaded load_configuration(const std::string& path, Ports ports) {
  const auto keys_problem = [](const IssuerSettings& issuer) {
    const auto keys = configured_keys(issuer);
    return keys ? std::string() : keys.error().text;
  };
  Checks checks{check_kafka_properties, keys_problem, check_authorities, check_tls};
  if (ports == Ports::keep) checks.tls = nullptr;
  return load_settings(path, process_environment, checks);
}

std::vector<std::string> check_connectors(const std::vector<ConnectorSettings>& settings) {
  std::vector<std::string> problems;
  for (const ConnectorSettings& connector : settings) {
    const auto* embedded = std::get_if<EmbeddedSettings>(&connector.kind);
    if (!embedded) continue;
    if (const auto problem = check_embedded(options_of(*embedded))) {
      problems.push_back("connectors." + connector.name + ": " + *problem);
    }
  }
  return problems;
}

bool is_in_memory(const ConnectorSettings& settings) {
  const auto* embedded = std::get_if<EmbeddedSettings>(&settings.kind);
  return embedded && (embedded->path.empty() || embedded->path == ":memory:");
}

MemoryShare memory_of(const ConnectorSettings& connector, const Settings& all,
                      std::uint64_t budget) {
  if (!is_in_memory(connector)) return {};
  const auto sharing = std::ranges::count_if(all.connectors, is_in_memory);
  const auto reads_it = [&](const auto& topic) { return topic.from == connector.name; };
  const auto topics = static_cast<std::uint64_t>(
      std::max<std::ptrdiff_t>(std::ranges::count_if(all.topics, reads_it), 1));
  const auto& retention = std::get<EmbeddedSettings>(connector.kind);
  return {
      std::min(budget / static_cast<std::uint64_t>(sharing), retention.retention_bytes * topics),
      retention.retention_records * topics};
}

ConfiguredConnector make_connector(const ConnectorSettings& settings, MemoryShare memory,
                                   const Logger& log) {
  return std::visit(Make{settings, memory, log}, settings.kind);
}

}  // namespace sidestream
