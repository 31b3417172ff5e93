#pragma once
// A configured topic with what all its logs share. Immutable but for its figures; a reload that
// changes it makes another, which goes on with these figures.
//
// Owned by whoever uses it: the configuration, requests that are being answered, and open logs.

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "connectors/connector.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Whether the configuration still has this topic: where it has not, its streams end.
enum class Retired : std::uint8_t { no, changed, removed };

struct Topic {
  Topic(TopicSettings s, std::shared_ptr<Connector> c,
        std::shared_ptr<TopicProbe> figures = std::make_shared<TopicProbe>())
      : settings(std::move(s)),
        owned_connector(std::move(c)),
        connector(*owned_connector),
        owned_probe(std::move(figures)),
        probe(*owned_probe) {}

  const TopicSettings settings;
  const std::shared_ptr<Connector> owned_connector;
  Connector& connector;
  const std::shared_ptr<TopicProbe> owned_probe;
  TopicProbe& probe;
  std::atomic<Retired> retired{Retired::no};
};

}  // namespace sidestream
