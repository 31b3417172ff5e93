#pragma once
// Administration of a real Kafka broker in tests: topics and records.
//
// Thread: one at a time. A function returns when its effect is visible (leaders known, ends moved).
// Errors: std::runtime_error with librdkafka's text, also after 30 s without success.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/support/kafka/kafka_record.hpp"

namespace sidestream::test {

struct KafkaMarks {
  std::int64_t low = 0;
  std::int64_t high = 0;  // of all records, committed or not
};

class KafkaAdmin {
 public:
  explicit KafkaAdmin(std::string brokers);
  ~KafkaAdmin();
  KafkaAdmin(const KafkaAdmin&) = delete;
  KafkaAdmin& operator=(const KafkaAdmin&) = delete;

  // Whether a broker answers within `limit_ms`.
  bool answers(int limit_ms) const;

  void create_topic(const std::string& topic, int partitions = 1,
                    const std::map<std::string, std::string>& configuration = {});
  // The brokers of each partition's replicas; the first one leads.
  void place_topic(const std::string& topic, const std::vector<std::vector<std::int32_t>>& replicas,
                   const std::map<std::string, std::string>& configuration = {});
  // Returns when the metadata no longer has it.
  void delete_topic(const std::string& topic);
  // Deletes and creates it as fast as the broker can: a reader may not notice.
  void replace_topic(const std::string& topic, int partitions = 1);
  void grow_topic(const std::string& topic, int partitions);
  // Deletes every record below `before`.
  void delete_records(const std::string& topic, std::int32_t partition, std::int64_t before);
  void configure_topic(const std::string& topic,
                       const std::map<std::string, std::string>& configuration);

  KafkaMarks marks(const std::string& topic, std::int32_t partition) const;

  // Writes to one partition in this order; returns the offsets.
  std::vector<std::int64_t> produce(const std::string& topic, std::int32_t partition,
                                    std::span<const KafkaRecord> records);
  // `count` records of `size` bytes each, round-robin over the partitions.
  void produce_many(const std::string& topic, int partitions, std::int64_t count, std::size_t size);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sidestream::test
