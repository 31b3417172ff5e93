#pragma once
// Records what metadata says about a topic. Thread: any.

#include "connectors/kafka/broker_links.hpp"
#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/kafka/topic_table.hpp"

namespace sidestream::kafka {

// Whether the code says that the topic does not exist.
bool means_missing(rd_kafka_resp_err_t code);

// `found` is the entry of `topic`. Sets its partition count, missing and trouble.
void observe(TopicState& topic, const rd_kafka_metadata_topic_t& found, const BrokerLinks& links);

}  // namespace sidestream::kafka
