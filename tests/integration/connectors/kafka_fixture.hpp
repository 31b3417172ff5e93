#pragma once
// The Kafka part of the connector suite. It has its own broker: its tests kill and freeze it.

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/connectors/broker_fixture.hpp"
#include "tests/support/kafka/kafka_admin.hpp"
#include "tests/support/kafka/kafka_broker.hpp"

namespace sidestream::test {

class KafkaFixture final : public BrokerFixture {
 public:
  KafkaFixture();

  std::string name() const override { return "kafka"; }
  std::string unavailable() const override { return unavailable_; }
  std::unique_ptr<Connector> make_connector() override;

  bool supports_partitions() const override { return true; }
  bool supports_tombstones() const override { return true; }
  bool supports_outage() const override { return true; }
  bool creates_logs() const override { return false; }

  void create_log(const std::string& log, int partitions) override {
    admin_->create_topic(log, partitions);
  }
  void grow_log(const std::string& log, int partitions) override {
    admin_->grow_topic(log, partitions);
  }
  std::vector<Offset> append(const std::string& log, Partition partition,
                             std::span<const NewRecord> records) override;
  void trim(const std::string& log, Partition partition, Offset before) override {
    admin_->delete_records(log, partition, before.number());
  }
  void delete_log(const std::string& log) override { admin_->delete_topic(log); }
  void recreate_log(const std::string& log, int partitions) override {
    admin_->create_topic(log, partitions);
  }
  void stop_broker() override { server_->kill(); }
  void start_broker() override { server_->start(); }

  // For Kafka-only tests.
  const std::string& address() const { return address_; }
  KafkaAdmin& admin() { return *admin_; }
  KafkaBroker& server() { return *server_; }

 private:
  std::string address_;
  std::string unavailable_;
  std::unique_ptr<KafkaBroker> server_;
  std::unique_ptr<KafkaAdmin> admin_;
};

}  // namespace sidestream::test
