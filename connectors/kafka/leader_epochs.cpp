// Each new leader of a partition has a higher number than the one before, its epoch; librdkafka
// takes metadata with a lower one than it knows for old news (from 2.1 on). But a topic that was
// deleted and recreated counts from 0 again. A handle that knew a higher epoch then passes over all
// that it is told of the new topic, for ever: it has no leader of it, so it neither reads nor
// writes there (librdkafka #4898, open in 2.14). Where 2.8 is linked (cmake/Rdkafka.cmake),
// the epochs that it knows are taken back when a topic comes with another id.

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

// Of the topics of one handle, as each handle takes its metadata in on a thread of its own.
thread_local std::map<std::string, std::pair<std::int64_t, std::int64_t>> ids;

bool is_made_anew(const rd_kafka_metadata_topic_t& topic, const TopicOfMetadata& internal) {
  const std::pair id(internal.id_high, internal.id_low);
  const bool told = topic.topic != nullptr && topic.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                    id != std::pair<std::int64_t, std::int64_t>();
  if (!told) return false;
  const auto [known, first] = ids.try_emplace(topic.topic, id);
  return !first && std::exchange(known->second, id) != id;
}

}  // namespace

extern "C" {

int __real_rd_kafka_topic_metadata_update2(void* broker, const rd_kafka_metadata_topic_t* topic,
                                           const TopicOfMetadata* internal);

// An epoch of -1 is never old news, and the next one is higher. It can't stay: a fetch would say 0.
int __wrap_rd_kafka_topic_metadata_update2(void* broker, const rd_kafka_metadata_topic_t* topic,
                                           const TopicOfMetadata* internal) {
  if (is_made_anew(*topic, *internal)) {
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
