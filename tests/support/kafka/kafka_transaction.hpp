#pragma once
// Transactions on a real Kafka broker in tests.
//
// Thread: one at a time. Errors: std::runtime_error with librdkafka's text.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/support/kafka/kafka_record.hpp"

namespace sidestream::test {

// A transaction; the constructor begins it, the destructor aborts it if it is still open.
class KafkaTransaction {
 public:
  KafkaTransaction(const std::string& brokers, const std::string& id);
  ~KafkaTransaction();
  KafkaTransaction(const KafkaTransaction&) = delete;
  KafkaTransaction& operator=(const KafkaTransaction&) = delete;

  std::vector<std::int64_t> produce(const std::string& topic, std::int32_t partition,
                                    std::span<const KafkaRecord> records);
  void commit();
  void abort();
  // Begins the next transaction of the same producer.
  void begin();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sidestream::test
