#include "tests/support/kafka/kafka_transaction.hpp"

#include "tests/support/kafka/record_producer.hpp"

namespace sidestream::test {

struct KafkaTransaction::Parts {
  rd_kafka_t* handle = nullptr;
  bool open = false;
};

KafkaTransaction::KafkaTransaction(const std::string& brokers, const std::string& id)
    : parts_(std::make_unique<Parts>()) {
  auto properties = producing(brokers);
  properties["transactional.id"] = id;
  parts_->handle = make_producer(properties);
  check(rd_kafka_init_transactions(parts_->handle, limit_ms), "init transactions");
  begin();
}

KafkaTransaction::~KafkaTransaction() {
  if (parts_->open) rd_kafka_abort_transaction(parts_->handle, limit_ms);
  rd_kafka_destroy(parts_->handle);
}

void KafkaTransaction::begin() {
  check(rd_kafka_begin_transaction(parts_->handle), "begin transaction");
  parts_->open = true;
}

std::vector<std::int64_t> KafkaTransaction::produce(const std::string& topic,
                                                    std::int32_t partition,
                                                    std::span<const KafkaRecord> records) {
  return produce_to(parts_->handle, topic, partition, records);
}

void KafkaTransaction::commit() {
  parts_->open = false;
  check(rd_kafka_commit_transaction(parts_->handle, limit_ms), "commit transaction");
}

void KafkaTransaction::abort() {
  parts_->open = false;
  check(rd_kafka_abort_transaction(parts_->handle, limit_ms), "abort transaction");
}

}  // namespace sidestream::test
