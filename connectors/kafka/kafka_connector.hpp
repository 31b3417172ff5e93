#pragma once
// Kafka: a log is a topic, an offset is the broker's, and nothing is ever committed.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// `properties` are librdkafka's as they stand in the configuration file. Those that
// check_kafka_properties() refuses have no effect; where no client can be made of the others, the
// probe says so and asks wait.
std::unique_ptr<Connector> make_kafka_connector(std::string name,
                                                std::map<std::string, std::string> properties,
                                                Logger log);

// All that is wrong with `properties`, found without connecting: unknown names (with a near match),
// bad values, files that can't be read, and properties that Sidestream owns. Each is one sentence
// that begins with the property's name where it is about one. No secret stands in any. Thread: any.
std::vector<std::string> check_kafka_properties(
    const std::map<std::string, std::string>& properties);

}  // namespace sidestream
