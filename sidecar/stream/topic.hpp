#pragma once
// A configured topic with what all its logs share. Lives as long as the process; address never
// changes.

#include "connectors/connector.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct Topic {
  Topic(TopicSettings s, Connector& c) : settings(std::move(s)), connector(c) {}

  const TopicSettings settings;
  Connector& connector;
  TopicProbe probe;
};

}  // namespace sidestream
