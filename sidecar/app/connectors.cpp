#include "sidecar/app/connectors.hpp"

#include <algorithm>
#include <utility>

#include "connectors/embedded/embedded_connector.hpp"
#include "connectors/kafka/kafka_connector.hpp"
#include "connectors/redis/redis_connector.hpp"

namespace sidestream {
namespace {

EmbeddedOptions options_of(const EmbeddedSettings& s, std::uint64_t memory_bytes = 0) {
  return {s.path, s.retention_records, s.retention_bytes, s.retention_age, memory_bytes};
}

RedisOptions options_of(const RedisSettings& s) {
  return {s.host, s.port, s.tls, s.database, s.username, s.password, s.ca};
}

struct Make {
  const ConnectorSettings& settings;
  std::uint64_t memory_bytes;
  const Logger& log;

  ConfiguredConnector operator()(const KafkaSettings& s) const {
    return {settings, "kafka", make_kafka_connector(settings.name, s.properties, log)};
  }
  ConfiguredConnector operator()(const RedisSettings& s) const {
    return {settings, "redis", make_redis_connector(settings.name, options_of(s), log)};
  }
  ConfiguredConnector operator()(const EmbeddedSettings& s) const {
    return {settings, "embedded",
            make_embedded_connector(settings.name, options_of(s, memory_bytes), log)};
  }
};

}  // namespace

Loaded load_configuration(const std::string& path) {
  return load_settings(path, process_environment, check_kafka_properties);
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

std::uint64_t memory_of(const ConnectorSettings& connector, const Settings& all,
                        std::uint64_t budget) {
  if (!is_in_memory(connector)) return 0;
  const auto sharing = std::ranges::count_if(all.connectors, is_in_memory);
  const auto topics = std::ranges::count_if(
      all.topics, [&](const auto& topic) { return topic.from == connector.name; });
  const auto retention = std::get<EmbeddedSettings>(connector.kind).retention_bytes;
  return std::min(budget / static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(sharing, 1)),
                  retention * static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(topics, 1)));
}

ConfiguredConnector make_connector(const ConnectorSettings& settings, std::uint64_t memory_bytes,
                                   const Logger& log) {
  return std::visit(Make{settings, memory_bytes, log}, settings.kind);
}

}  // namespace sidestream
