#pragma once
// What makes a topic another one although it has the same name: the id that the brokers gave it
// when it was made. librdkafka tells it from 2.3 on, brokers have it from Kafka 2.8 on.

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>

namespace sidestream::kafka {

// Whether the librdkafka that this was compiled with can be asked.
bool topic_ids_are_told();

// Absent where it can't be told: no such topic, no answer in time, no ids in this cluster or
// library. One request to the brokers; blocks for at most `timeout_ms`. Thread: any.
std::optional<std::string> ask_topic_id(rd_kafka_t* handle, const std::string& topic,
                                        int timeout_ms);

}  // namespace sidestream::kafka
