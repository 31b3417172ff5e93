#pragma once
// The Prometheus text of all probes. The only user of the metrics library.
//
// Label values come from the configuration only, so that clients can't create series.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// Gauges, collected at each scrape.
struct TopicStats {
  std::string topic;
  const TopicProbe* probe;
  std::uint64_t open_logs = 0;
  std::uint64_t opening_logs = 0;  // of these, with readers that wait for the broker's answer
  std::uint64_t log_bytes = 0;
  std::uint64_t log_frames = 0;
  double log_age_seconds = 0;  // of the oldest frame kept
  std::uint64_t slowest_lag = 0;
};

struct ConnectorStats {
  std::string connector;
  std::string kind;
  bool up = false;
  std::uint64_t reconnects = 0;
  std::uint64_t errors = 0;
  std::uint64_t records_read = 0;
  std::uint64_t ranges_read = 0;
  std::uint64_t published = 0;
  std::uint64_t publish_failures = 0;
  std::uint64_t tails = 0;
  std::uint64_t refused_logs = 0;           // their readers wait
  std::array<std::uint64_t, 4> refusals{};  // by activity, as in Activity (connectors/refusals.hpp)
};

struct IssuerStats {
  std::string issuer;
  std::uint64_t keys = 0;
  std::optional<double> age_seconds;  // absent: never fetched, or configured
  std::uint64_t fetches = 0;
  std::uint64_t failures = 0;
};

struct AccessStats {
  std::vector<std::pair<std::string, std::uint64_t>> tokens;  // verifications by result
  std::vector<IssuerStats> issuers;
};

struct ProcessStats {
  std::string version;
  const ServerProbe* server;
  bool draining = false;
  std::uint64_t connections = 0;
  std::uint64_t streams = 0;
  std::uint64_t upstream_requests = 0;
  std::uint64_t upstream_tunnels = 0;
  std::uint32_t max_streams = 0;
  bool upstream = false;  // there is an upstream app
  std::vector<TopicStats> topics;
  std::vector<ConnectorStats> connectors;
  std::uint64_t replay_bytes = 0;
  std::uint64_t pinned_bytes = 0;
  std::uint64_t memory_budget = 0;
  std::uint64_t memory_limit = 0;  // of the container; 0: none
  std::uint64_t log_lines_dropped = 0;
  std::optional<AccessStats> access;  // absent: no `access:`
};

// Thread: any.
std::string prometheus_text(const ProcessStats& stats);

}  // namespace sidestream
