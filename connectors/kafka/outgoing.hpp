#pragma once
// A message on its way to the broker, and what its failure means for who published it. Thread: any.

#include <string>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_handles.hpp"

namespace sidestream::kafka {

// Hands `message` to librdkafka, which copies all of it and gives `opaque` back with its report.
rd_kafka_resp_err_t produce(rd_kafka_t* handle, const std::string& topic, const Message& message,
                            void* opaque);

// What a report that is not a success means; and what librdkafka means that didn't even take it.
Errc publish_error(const rd_kafka_message_t& report);
Errc publish_error(rd_kafka_resp_err_t refused_here);

}  // namespace sidestream::kafka
