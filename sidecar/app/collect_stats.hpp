#pragma once
// Collects the stats of topics and connectors for /metrics: their probes and their open logs.
//
// Thread: any.

#include <vector>

#include "sidecar/app/reload/config_loader.hpp"
#include "sidecar/http/access/access.hpp"
#include "sidecar/http/access/token_verdict.hpp"
#include "sidecar/metrics/exporter.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

// Borrows the topics' probes, which `config` owns.
std::vector<TopicStats> collect_topics(const RunningConfig& config, const OpenLogs& logs);
// Nothing: there is no `access:`.
std::optional<AccessStats> collect_access(const Access* access, const TokenProbe& tokens);

std::vector<ConnectorStats> collect_connectors(const Configuration& configuration);

}  // namespace sidestream
