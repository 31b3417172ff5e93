#include "connectors/kafka/refill.hpp"

#include <cstdlib>

namespace sidestream::kafka {
namespace {

std::size_t setting(const KafkaClient& client, const char* name) {
  char text[32] = "";
  std::size_t size = sizeof(text);
  rd_kafka_conf_get(rd_kafka_conf(client.get()), name, text, &size);
  return static_cast<std::size_t>(std::strtoull(text, nullptr, 10));
}

}  // namespace

// A little less than the setting: librdkafka counts other bytes than we do.
Refill::Refill(const KafkaClient& client)
    : max_records_(setting(client, "queued.min.messages") * 9 / 10),
      max_bytes_(setting(client, "queued.max.messages.kbytes") * 1024 * 9 / 10) {}

void Refill::wake_broker(const KafkaClient& client, const char* topic, Partition partition) {
  const PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic, partition)->offset = RD_KAFKA_OFFSET_END;
  // The answer does not matter: sending the request wakes the thread.
  rd_kafka_offsets_for_times(client.get(), list.get(), 1);
}

}  // namespace sidestream::kafka
