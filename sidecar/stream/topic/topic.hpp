#pragma once
// A configured topic: its settings, its connector and its metrics, shared by all its logs.
//
// Immutable except for `retired` and the counters. A reload that changes a topic creates a new
// Topic, which keeps the counters of the old one.
//
// Thread: any.
// Owns: its share of connector and probe. The configuration, requests and open logs own the topic.

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "connectors/connector.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/filter/topic_fields.hpp"

namespace sidestream {

// Whether the configuration still has this topic. If not, its streams end.
enum class Retired : std::uint8_t { no, changed, removed };

struct Topic {
  Topic(TopicSettings s, std::shared_ptr<Connector> c,
        std::shared_ptr<TopicProbe> p = std::make_shared<TopicProbe>())
      : settings(std::move(s)),
        fields(settings),
        owned_connector(std::move(c)),
        connector(*owned_connector),
        owned_probe(std::move(p)),
        probe(*owned_probe) {}

  const TopicSettings settings;
  const TopicFields fields;  // that filters compare
  const std::shared_ptr<Connector> owned_connector;
  Connector& connector;
  const std::shared_ptr<TopicProbe> owned_probe;
  TopicProbe& probe;
  std::atomic<Retired> retired{Retired::no};
};

}  // namespace sidestream
