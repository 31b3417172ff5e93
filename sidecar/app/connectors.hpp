#pragma once
// Makes the configured connectors: the only place that names concrete ones.

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/settings/load.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct MadeConnector {
  ConnectorSettings settings;
  std::string kind;  // "kafka", "redis", "embedded"
  std::shared_ptr<Connector> connector;
};

// The configuration of a file, with all that can be known to be wrong in it by itself.
Loaded load_configuration(const std::string& path);

// What is wrong here and now, without asking a broker, as sentences with the key's path.
std::vector<std::string> check_connectors(const std::vector<ConnectorSettings>& settings);

MadeConnector make_connector(const ConnectorSettings& settings, const Logger& log);

}  // namespace sidestream
