#pragma once
// A configured topic: its settings, its connector and its metrics, shared by all its logs.
//
// Immutable except for `retired`, the number of partitions and the counters. A reload that changes
// a topic creates a new Topic, which keeps the counters of the old one.
//
// Thread: any.
// Owns: its share of connector and probe. The configuration, requests and open logs own the topic.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "connectors/connector.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/end/end_rule.hpp"
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
        end(settings, fields, connector.format()),
        owned_probe(std::move(p)),
        probe(*owned_probe) {}

  // Of a log that should end: with several partitions it can't. Any thread.
  void note_partitions(std::size_t count) {
    too_many_partitions.store(count > 1 ? count : 0, std::memory_order_relaxed);
  }

  // What prevents its logs from ending, as one sentence; empty: nothing.
  std::string end_problem() const {
    const std::size_t count = too_many_partitions.load(std::memory_order_relaxed);
    if (count == 0) return {};
    return "topics." + settings.name + ".end: only a log with one partition can end, and " +
           settings.log + " has " + std::to_string(count);
  }

  const TopicSettings settings;
  const TopicFields fields;  // that filters and the end rule compare
  const std::shared_ptr<Connector> owned_connector;
  Connector& connector;
  const EndRule end;
  const std::shared_ptr<TopicProbe> owned_probe;
  TopicProbe& probe;
  std::atomic<Retired> retired{Retired::no};
  // Of a log that should end and can't for that reason; 0: none is known.
  std::atomic<std::size_t> too_many_partitions{0};
};

}  // namespace sidestream
