#pragma once
// Gives messages to librdkafka and maps its errors to publish errors. Thread: any.

#include <string>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_handles.hpp"

namespace sidestream::kafka {

// Gives `message` to librdkafka, which copies it and returns `opaque` with the delivery report.
rd_kafka_resp_err_t produce(rd_kafka_t* handle, const std::string& topic, const Message& message,
                            void* opaque);

// The error of a failed delivery report, and of a message that librdkafka did not accept.
Errc publish_error(const rd_kafka_message_t& report);
Errc publish_error(rd_kafka_resp_err_t not_accepted);

}  // namespace sidestream::kafka
