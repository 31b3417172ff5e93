#include "connectors/kafka/topic_id.hpp"

#include "connectors/kafka/kafka_handles.hpp"

namespace sidestream::kafka {

#if RD_KAFKA_VERSION >= 0x020300ff

namespace {

using TopicNames =
    std::unique_ptr<rd_kafka_TopicCollection_t, FreeBy<rd_kafka_TopicCollection_destroy>>;

std::optional<std::string> id_of(const rd_kafka_TopicDescription_t& topic) {
  if (rd_kafka_error_code(rd_kafka_TopicDescription_error(&topic)) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  const auto* id = rd_kafka_TopicDescription_topic_id(&topic);
  const bool none =
      rd_kafka_Uuid_most_significant_bits(id) == 0 && rd_kafka_Uuid_least_significant_bits(id) == 0;
  if (none) return std::nullopt;  // the brokers are older than topic ids
  return rd_kafka_Uuid_base64str(id);
}

}  // namespace

bool has_topic_ids() { return true; }

std::optional<std::string> query_topic_id(rd_kafka_t* handle, const std::string& topic,
                                          int timeout_ms) {
  const char* name = topic.c_str();
  const TopicNames names(rd_kafka_TopicCollection_of_topic_names(&name, 1));
  const QueueHandle queue(rd_kafka_queue_new(handle));
  const AdminOptions options(rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS));
  char reason[128];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, reason, sizeof(reason));
  rd_kafka_DescribeTopics(handle, names.get(), options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), timeout_ms));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  const auto* result = rd_kafka_event_DescribeTopics_result(event.get());
  if (result == nullptr) return std::nullopt;
  std::size_t count = 0;
  const auto** topics = rd_kafka_DescribeTopics_result_topics(result, &count);
  return count == 1 ? id_of(*topics[0]) : std::nullopt;
}

#else

bool has_topic_ids() { return false; }

std::optional<std::string> query_topic_id(rd_kafka_t*, const std::string&, int) {
  return std::nullopt;
}

#endif

}  // namespace sidestream::kafka
