#pragma once
// A configured topic with what all its logs share. Lives as long as the process; address never
// changes.

#include <atomic>
#include <cstdint>
#include <utility>

#include "connectors/connector.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Whether the configuration has this topic still: its streams end where it has not.
enum class Retired : std::uint8_t { no, changed, removed };

struct Topic {
  Topic(TopicSettings s, Connector& c) : settings(std::move(s)), connector(c) {}

  const TopicSettings settings;
  Connector& connector;
  TopicProbe probe;
  std::atomic<Retired> retired{Retired::no};
};

}  // namespace sidestream
