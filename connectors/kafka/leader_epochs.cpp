// Each new leader of a partition has a higher epoch than the last one. From 2.1 on librdkafka
// ignores metadata with a lower epoch than it knows. But the epochs of a recreated topic start at 0
// again: a handle that knew a higher epoch ignores all metadata of the new topic. It never finds a
// leader and neither reads nor writes there (librdkafka #4898, open in 2.14). With 2.8
// (cmake/Rdkafka.cmake) this wrapper resets the known epochs when a topic's id changes.

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

// librdkafka's rd_kafka_metadata_partition_internal_t and rd_kafka_metadata_topic_internal_t.
struct PartitionOfMetadata {
  std::int32_t id;
  std::int32_t leader_epoch;
  char** racks;
  std::size_t rack_count;
};
struct TopicOfMetadata {
  PartitionOfMetadata* partitions;
  std::int64_t id_high;
  std::int64_t id_low;
  char id_text[23];
  std::int32_t operations;
  std::uint8_t is_internal;
};

// Topic ids by name. Per handle: each handle processes its metadata on a thread of its own.
thread_local std::map<std::string, std::pair<std::int64_t, std::int64_t>> ids;

bool is_recreated(const rd_kafka_metadata_topic_t& topic, const TopicOfMetadata& internal) {
  const std::pair id(internal.id_high, internal.id_low);
  const bool known_id = topic.topic != nullptr && topic.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                        id != std::pair<std::int64_t, std::int64_t>();
  if (!known_id) return false;
  const auto [known, first] = ids.try_emplace(topic.topic, id);
  return !first && std::exchange(known->second, id) != id;
}

}  // namespace

extern "C" {

int __real_rd_kafka_topic_metadata_update2(void* broker, const rd_kafka_metadata_topic_t* topic,
                                           const TopicOfMetadata* internal);

// An update with epoch -1 is never ignored, and any later epoch is higher. The real update follows:
// with -1 a fetch would send epoch 0.
int __wrap_rd_kafka_topic_metadata_update2(void* broker, const rd_kafka_metadata_topic_t* topic,
                                           const TopicOfMetadata* internal) {
  if (is_recreated(*topic, *internal)) {
    std::vector<PartitionOfMetadata> partitions(internal->partitions,
                                                internal->partitions + topic->partition_cnt);
    for (auto& partition : partitions) partition.leader_epoch = -1;
    auto without_epochs = *internal;
    without_epochs.partitions = partitions.data();
    __real_rd_kafka_topic_metadata_update2(broker, topic, &without_epochs);
  }
  return __real_rd_kafka_topic_metadata_update2(broker, topic, internal);
}

}  // extern "C"
