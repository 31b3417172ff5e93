#include "connectors/kafka/metadata_cache.hpp"

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>

namespace sidestream::kafka {
namespace {

constexpr int first_with_defect = 0x020400ff;
constexpr int first_without = 0x020a00ff;

#if defined(SIDESTREAM_MENDS_RDKAFKA)
constexpr bool mended = true;
#else
constexpr bool mended = false;
#endif

}  // namespace

bool metadata_cache_is_at_risk() {
  const int version = rd_kafka_version();
  return !mended && version >= first_with_defect && version < first_without;
}

}  // namespace sidestream::kafka

#if defined(SIDESTREAM_MENDS_RDKAFKA)

// librdkafka's own functions, and the linker's names for the one that this file goes before.
extern "C" {

int rd_kafka_metadata_cache_delete_by_name(rd_kafka_t* handle, const char* topic);

int __real_rd_kafka_metadata_cache_topic_update(rd_kafka_t* handle,
                                                const rd_kafka_metadata_topic_t* topic,
                                                const void* internal, std::uint8_t propagate,
                                                std::uint8_t include_racks, void* brokers,
                                                std::size_t broker_count,
                                                std::uint8_t only_existing);

// Called with the handle's lock held for writing, which both functions want.
int __wrap_rd_kafka_metadata_cache_topic_update(rd_kafka_t* handle,
                                                const rd_kafka_metadata_topic_t* topic,
                                                const void* internal, std::uint8_t propagate,
                                                std::uint8_t include_racks, void* brokers,
                                                std::size_t broker_count,
                                                std::uint8_t only_existing) {
  const bool removed =
      topic->topic != nullptr && rd_kafka_metadata_cache_delete_by_name(handle, topic->topic) != 0;
  // It did exist.
  if (removed) only_existing = 0;
  const int changed = __real_rd_kafka_metadata_cache_topic_update(
      handle, topic, internal, propagate, include_racks, brokers, broker_count, only_existing);
  return removed ? 1 : changed;
}

}  // extern "C"

#endif
