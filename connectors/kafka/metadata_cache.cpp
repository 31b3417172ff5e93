// librdkafka 2.4 to 2.9 corrupts its metadata cache when a topic returns with a different id: it
// was recreated, and no metadata was requested in between (librdkafka #4964, fixed in 2.10). A freed
// entry stays in the index by id; the process crashes later, or the topic is not found again. With
// 2.8 (cmake/Rdkafka.cmake) this wrapper removes the old entry by name before the new one is
// inserted, like 2.10 does.

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>

// librdkafka's internal functions. __wrap and __real are the linker's names (--wrap).
extern "C" {

int rd_kafka_metadata_cache_delete_by_name(rd_kafka_t* handle, const char* topic);

int __real_rd_kafka_metadata_cache_topic_update(rd_kafka_t* handle,
                                                const rd_kafka_metadata_topic_t* topic,
                                                const void* internal, std::uint8_t propagate,
                                                std::uint8_t include_racks, void* brokers,
                                                std::size_t broker_count,
                                                std::uint8_t only_existing);

// Requires: the handle's write lock is held; both functions need it.
int __wrap_rd_kafka_metadata_cache_topic_update(rd_kafka_t* handle,
                                                const rd_kafka_metadata_topic_t* topic,
                                                const void* internal, std::uint8_t propagate,
                                                std::uint8_t include_racks, void* brokers,
                                                std::size_t broker_count,
                                                std::uint8_t only_existing) {
  const bool removed =
      topic->topic != nullptr && rd_kafka_metadata_cache_delete_by_name(handle, topic->topic) != 0;
  // The entry did exist, so it must be inserted again.
  if (removed) only_existing = 0;
  const int changed = __real_rd_kafka_metadata_cache_topic_update(
      handle, topic, internal, propagate, include_racks, brokers, broker_count, only_existing);
  return removed ? 1 : changed;
}

}  // extern "C"
