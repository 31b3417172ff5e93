#include "connectors/kafka/leader_epochs.hpp"

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sidestream::kafka {
namespace {

constexpr int first_with_defect = 0x020100ff;

#if defined(SIDESTREAM_MENDS_RDKAFKA)
constexpr bool mended = true;
#else
constexpr bool mended = false;
#endif

}  // namespace

bool leader_epochs_are_at_risk() { return !mended && rd_kafka_version() >= first_with_defect; }

}  // namespace sidestream::kafka

#if defined(SIDESTREAM_MENDS_RDKAFKA)

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

#endif
