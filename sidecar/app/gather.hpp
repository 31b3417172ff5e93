#pragma once
// What /metrics says of topics and connectors at this moment: their probes, and what their open
// logs hold.
//
// Thread: any.

#include <vector>

#include "sidecar/app/reload/config_loader.hpp"
#include "sidecar/metrics/exporter.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

// Borrows the topics' probes, which `serving` owns.
std::vector<TopicFigures> gather_topics(const RunningConfig& serving, const OpenLogs& logs);
std::vector<ConnectorFigures> gather_connectors(const Configuration& configuration);

}  // namespace sidestream
