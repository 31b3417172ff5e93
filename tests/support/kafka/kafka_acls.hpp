#pragma once
// ACLs of a real Kafka broker (tests/support/kafka/start with +acls) for its user alice.
//
// Thread: one at a time. Errors: std::runtime_error with librdkafka's text. A change is visible to
// clients a moment after the function returns.

#include <librdkafka/rdkafka.h>

#include <string>

namespace sidestream::test {

class KafkaAcls {
 public:
  explicit KafkaAcls(const std::string& brokers);
  ~KafkaAcls();
  KafkaAcls(const KafkaAcls&) = delete;
  KafkaAcls& operator=(const KafkaAcls&) = delete;

  // RD_KAFKA_ACL_OPERATION_DESCRIBE, _READ and _WRITE; the latter two include DESCRIBE.
  void allow(const std::string& topic, rd_kafka_AclOperation_t operation);
  void deny(const std::string& topic, rd_kafka_AclOperation_t operation);
  // Removes all ACLs of the topic, or of all topics (""): alice may do nothing there.
  void clear(const std::string& topic);

 private:
  void add(const std::string& topic, rd_kafka_AclOperation_t operation,
           rd_kafka_AclPermissionType_t permission);
  void finish(const std::string& what, rd_kafka_event_type_t type);

  rd_kafka_t* const handle_;
  rd_kafka_queue_t* const queue_;
};

}  // namespace sidestream::test
