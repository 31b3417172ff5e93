#include "tests/support/kafka/kafka_admin.hpp"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/support/kafka/record_producer.hpp"

namespace sidestream::test {
namespace {

using Clock = std::chrono::steady_clock;

// Polls until the condition holds; brokers send no notification.
void wait_until(const std::string& what, const std::function<bool()>& so) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(limit_ms);
  while (!so()) {
    if (Clock::now() > deadline) fail(what, "timed out");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// The error of the operation or of its only element; empty on success.
std::string outcome(rd_kafka_event_t* event) {
  if (event == nullptr) return "no answer";
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return rd_kafka_event_error_string(event);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** topics = nullptr;
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
      topics =
          rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
      break;
    case RD_KAFKA_EVENT_DELETETOPICS_RESULT:
      topics =
          rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
      break;
    case RD_KAFKA_EVENT_CREATEPARTITIONS_RESULT:
      topics = rd_kafka_CreatePartitions_result_topics(
          rd_kafka_event_CreatePartitions_result(event), &count);
      break;
    case RD_KAFKA_EVENT_DELETERECORDS_RESULT: {
      const auto* list =
          rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
      const auto error = list->elems[0].err;
      return error == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(error);
    }
    case RD_KAFKA_EVENT_ALTERCONFIGS_RESULT: {
      auto** resources =
          rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count);
      const char* why = rd_kafka_ConfigResource_error_string(resources[0]);
      return why == nullptr ? "" : why;
    }
    default:
      return "unexpected event type";
  }
  if (count == 1 && rd_kafka_topic_result_error(topics[0]) == RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  const char* why = count == 1 ? rd_kafka_topic_result_error_string(topics[0]) : nullptr;
  return why == nullptr ? "refused" : why;
}

}  // namespace

struct KafkaAdmin::Parts {
  rd_kafka_t* handle = nullptr;

  using Send = std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;
  void run(const std::string& what, rd_kafka_admin_op_t kind, const Send& send) const {
    char why[256];
    auto* options = rd_kafka_AdminOptions_new(handle, kind);
    rd_kafka_AdminOptions_set_request_timeout(options, limit_ms, why, sizeof(why));
    if (kind != RD_KAFKA_ADMIN_OP_ALTERCONFIGS) {
      rd_kafka_AdminOptions_set_operation_timeout(options, limit_ms, why, sizeof(why));
    }
    auto* queue = rd_kafka_queue_new(handle);
    send(options, queue);
    auto* event = rd_kafka_queue_poll(queue, limit_ms);
    const auto error = outcome(event);
    if (event != nullptr) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    if (!error.empty()) fail(what, error.c_str());
  }

  // The number of partitions with a leader; -1: no such topic; -2: no answer.
  int led_partitions(const std::string& topic) const {
    auto* rkt = rd_kafka_topic_new(handle, topic.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto error = rd_kafka_metadata(handle, 0, rkt, &metadata, limit_ms);
    rd_kafka_topic_destroy(rkt);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return -2;
    int led = 0;
    if (metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) led = -1;
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      if (metadata->topics[0].partitions[i].leader >= 0) ++led;
    }
    rd_kafka_metadata_destroy(metadata);
    return led;
  }

  enum class Held { anything, nothing };
  void wait_for_leaders(const std::string& topic, int partitions,
                        Held held = Held::anything) const {
    wait_until("leaders of " + topic, [&] {
      if (led_partitions(topic) != partitions) return false;
      for (int p = 0; p < partitions; ++p) {
        std::int64_t low = 0, high = 0;
        if (rd_kafka_query_watermark_offsets(handle, topic.c_str(), p, &low, &high, 1000) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
          return false;
        }
        if (held == Held::nothing && high > 0) return false;
      }
      return true;
    });
  }

  void send_delete(const std::string& topic) const {
    auto* old = rd_kafka_DeleteTopic_new(topic.c_str());
    run("delete " + topic, RD_KAFKA_ADMIN_OP_DELETETOPICS, [&](auto* options, auto* queue) {
      rd_kafka_DeleteTopics(handle, &old, 1, options, queue);
    });
    rd_kafka_DeleteTopic_destroy(old);
  }

  void send_create(const std::string& topic, int partitions,
                   const Properties& configuration) const {
    char why[256];
    auto* fresh = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why, sizeof(why));
    if (fresh == nullptr) fail("create " + topic, why);
    create(topic, fresh, configuration);
  }

  void create(const std::string& topic, rd_kafka_NewTopic_t* fresh,
              const Properties& configuration) const {
    for (const auto& [name, value] : configuration) {
      rd_kafka_NewTopic_set_config(fresh, name.c_str(), value.c_str());
    }
    run("create " + topic, RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](auto* options, auto* queue) {
      rd_kafka_CreateTopics(handle, &fresh, 1, options, queue);
    });
    rd_kafka_NewTopic_destroy(fresh);
  }
};

KafkaAdmin::KafkaAdmin(std::string brokers) : parts_(std::make_unique<Parts>()) {
  parts_->handle = make_producer(producing(brokers));
}

KafkaAdmin::~KafkaAdmin() { rd_kafka_destroy(parts_->handle); }

bool KafkaAdmin::answers(int limit) const {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(parts_->handle, 0, nullptr, &metadata, limit);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const bool named = metadata->broker_cnt > 0;
  rd_kafka_metadata_destroy(metadata);
  return named;
}

void KafkaAdmin::create_topic(const std::string& topic, int partitions,
                              const Properties& configuration) {
  parts_->send_create(topic, partitions, configuration);
  parts_->wait_for_leaders(topic, partitions);
}

void KafkaAdmin::place_topic(const std::string& topic,
                             const std::vector<std::vector<std::int32_t>>& replicas,
                             const Properties& configuration) {
  char why[256];
  const auto count = static_cast<int>(replicas.size());
  auto* fresh = rd_kafka_NewTopic_new(topic.c_str(), count, -1, why, sizeof(why));
  if (fresh == nullptr) fail("place " + topic, why);
  for (int p = 0; p < count; ++p) {
    auto brokers = replicas[static_cast<std::size_t>(p)];
    rd_kafka_NewTopic_set_replica_assignment(fresh, p, brokers.data(), brokers.size(), why,
                                             sizeof(why));
  }
  parts_->create(topic, fresh, configuration);
  parts_->wait_for_leaders(topic, count);
}

void KafkaAdmin::delete_topic(const std::string& topic) {
  parts_->send_delete(topic);
  wait_until("deletion of " + topic, [&] { return parts_->led_partitions(topic) == -1; });
}

void KafkaAdmin::replace_topic(const std::string& topic, int partitions) {
  parts_->send_delete(topic);
  parts_->send_create(topic, partitions, {});
  // A broker may still show the old one, and take records for it.
  parts_->wait_for_leaders(topic, partitions, Parts::Held::nothing);
}

void KafkaAdmin::grow_topic(const std::string& topic, int partitions) {
  char why[256];
  auto* more = rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions), why,
                                          sizeof(why));
  if (more == nullptr) fail("grow " + topic, why);
  parts_->run("grow " + topic, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, [&](auto* options, auto* queue) {
    rd_kafka_CreatePartitions(parts_->handle, &more, 1, options, queue);
  });
  rd_kafka_NewPartitions_destroy(more);
  parts_->wait_for_leaders(topic, partitions);
}

void KafkaAdmin::delete_records(const std::string& topic, std::int32_t partition,
                                std::int64_t before) {
  auto* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = before;
  auto* records = rd_kafka_DeleteRecords_new(list);
  parts_->run("delete records of " + topic, RD_KAFKA_ADMIN_OP_DELETERECORDS,
              [&](auto* options, auto* queue) {
                rd_kafka_DeleteRecords(parts_->handle, &records, 1, options, queue);
              });
  rd_kafka_DeleteRecords_destroy(records);
  rd_kafka_topic_partition_list_destroy(list);
  wait_until("the start of " + topic, [&] { return marks(topic, partition).low >= before; });
}

void KafkaAdmin::configure_topic(const std::string& topic, const Properties& configuration) {
  auto* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  for (const auto& [name, value] : configuration) {
    rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
  }
  parts_->run("configure " + topic, RD_KAFKA_ADMIN_OP_ALTERCONFIGS,
              [&](auto* options, auto* queue) {
                rd_kafka_AlterConfigs(parts_->handle, &resource, 1, options, queue);
              });
  rd_kafka_ConfigResource_destroy(resource);
}

KafkaMarks KafkaAdmin::marks(const std::string& topic, std::int32_t partition) const {
  KafkaMarks marks;
  const auto error = rd_kafka_query_watermark_offsets(parts_->handle, topic.c_str(), partition,
                                                      &marks.low, &marks.high, limit_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail("ends of " + topic, rd_kafka_err2str(error));
  return marks;
}

std::vector<std::int64_t> KafkaAdmin::produce(const std::string& topic, std::int32_t partition,
                                              std::span<const KafkaRecord> records) {
  return produce_to(parts_->handle, topic, partition, records);
}

void KafkaAdmin::produce_many(const std::string& topic, int partitions, std::int64_t count,
                              std::size_t size) {
  const KafkaRecord record{std::string(size, 'x')};
  for (std::int64_t i = 0; i < count; ++i) {
    enqueue(parts_->handle, topic, static_cast<std::int32_t>(i % partitions), record, nullptr);
    if (i % 10'000 == 0) rd_kafka_poll(parts_->handle, 0);
  }
  if (rd_kafka_flush(parts_->handle, limit_ms * 4) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail("produce to " + topic, "timed out");
  }
}

}  // namespace sidestream::test
