#pragma once
// The id that the brokers assign when a topic is created: a recreated topic has a different one.
// Requires librdkafka 2.3 and Kafka 2.8.

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>

namespace sidestream::kafka {

// Whether this build's librdkafka provides topic ids.
bool has_topic_ids();

// Absent if unknown: no such topic, no answer in time, or no ids in this cluster or library. One
// request to the brokers; blocks for at most `timeout_ms`. Thread: any.
std::optional<std::string> query_topic_id(rd_kafka_t* handle, const std::string& topic,
                                          int timeout_ms);

}  // namespace sidestream::kafka
