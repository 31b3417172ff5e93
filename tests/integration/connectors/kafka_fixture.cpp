#include "tests/integration/connectors/kafka_fixture.hpp"

#include <exception>

#include "connectors/kafka/kafka_connector.hpp"

namespace sidestream::test {

KafkaFixture::KafkaFixture() {
  try {
    server_ = std::make_unique<KafkaBroker>();
    server_->start();
    address_ = server_->address();
    admin_ = std::make_unique<KafkaAdmin>(address_);
    if (!admin_->answers(10'000)) unavailable_ = "no Kafka broker at " + address_;
  } catch (const std::exception& error) {
    unavailable_ = error.what();
  }
}

std::unique_ptr<Connector> KafkaFixture::make_connector() {
  return make_kafka_connector("kafka", {{"bootstrap.servers", address_}}, Logger());
}

std::vector<Offset> KafkaFixture::append(const std::string& log, Partition partition,
                                         std::span<const NewRecord> records) {
  std::vector<KafkaRecord> out;
  for (const auto& record : records) {
    auto& added = out.emplace_back();
    added.value = record.value;
    added.key = record.key;
    if (!record.event.empty()) added.headers.emplace_back("event", record.event);
  }
  std::vector<Offset> offsets;
  for (const auto offset : admin_->produce(log, partition, out))
    offsets.push_back(Offset::of(offset));
  return offsets;
}

std::unique_ptr<BrokerFixture> make_kafka_fixture() { return std::make_unique<KafkaFixture>(); }

}  // namespace sidestream::test
