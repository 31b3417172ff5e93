// librdkafka 2.4 to 2.9 damages its cache of metadata when a topic that it knows by one id comes
// back with another: it was deleted and recreated, and nobody asked in between (librdkafka #4964,
// mended in 2.10). What was freed stays in the index by id, and the process ends there sooner or
// later, or the topic isn't found again. Where 2.8 is linked (cmake/Rdkafka.cmake), the old
// entry is taken out by name before the new one is put in, which is what 2.10 comes to.

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>

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
