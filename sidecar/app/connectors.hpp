#pragma once
// Creates the configured connectors. The only place that names concrete ones.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/settings/load.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct ConfiguredConnector {
  ConnectorSettings settings;
  std::string kind;  // "kafka", "redis", "embedded"
  std::shared_ptr<Connector> connector;
};

// Whether the ports of the new configuration are opened. Running ports keep their certificates.
enum class Ports : std::uint8_t { open, keep };

// Loads a configuration file and checks everything that needs no other resource: the files of TLS
// only if ports are opened with them.
Loaded load_configuration(const std::string& path, Ports ports);

// Checks connectors on this machine, without a broker. Problems are sentences with the key's path.
std::vector<std::string> check_connectors(const std::vector<ConnectorSettings>& settings);

// Whether its logs are in memory.
bool is_in_memory(const ConnectorSettings& settings);
// What all logs of an embedded connector in memory may hold together. Zeros: it is none.
struct MemoryShare {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
};
// The connector's retention for each topic, where a template counts once, and at most its share of
// `budget`.
MemoryShare memory_of(const ConnectorSettings& connector, const Settings& all,
                      std::uint64_t budget);

ConfiguredConnector make_connector(const ConnectorSettings& settings, MemoryShare memory,
                                   const Logger& log);

}  // namespace sidestream
