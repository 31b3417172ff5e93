#pragma once
// What the parts of one Kafka connector share.

#include <memory>
#include <string>

#include "connectors/connector.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/topics.hpp"
#include "connectors/kafka/workers.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream::kafka {

class KafkaRanges;

// Owned by KafkaConnector. `queries` and `ranges` are there from start() on, and null for ever
// where no client could be made of the properties.
struct Context {
  std::string name;  // of the connector, for the log
  Logger log;
  ConnectorProbe probe;
  Topics topics;
  Workers workers;
  std::unique_ptr<Queries> queries;
  KafkaRanges* ranges = nullptr;
};

}  // namespace sidestream::kafka
