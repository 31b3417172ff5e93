#pragma once
// Kafka: a log is a topic, an offset is the broker's, and nothing is ever committed.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// `properties` are librdkafka's, from the configuration file. Those that check_kafka_properties()
// refuses have no effect. If no client can be created with the others, the probe reports it and
// queries wait.
std::unique_ptr<Connector> make_kafka_connector(std::string name,
                                                std::map<std::string, std::string> properties,
                                                Logger log);

// All problems of `properties` that can be found without connecting: unknown names (with the
// nearest match), bad values, unreadable files, properties that Sidestream owns. Each is one
// sentence, which begins with the property's name if it concerns one. None contains a secret;
// `written`: how the values that must not be shown are written in the file. What librdkafka says of
// all properties together may quote one.
// Thread: any.
std::vector<std::string> check_kafka_properties(
    const std::map<std::string, std::string>& properties,
    const std::map<std::string, std::string>& written = {});

}  // namespace sidestream
