#pragma once
// Fixture of the Kafka-only tests (kafka_*_test.cpp).

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/connectors/kafka_fixture.hpp"
#include "tests/integration/connectors/recording.hpp"

namespace sidestream::test {

class KafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    broker_ = static_cast<KafkaFixture*>(&shared_broker("kafka"));
    if (const auto why = broker_->unavailable(); !why.empty()) GTEST_SKIP() << why;
    connector_ = broker_->make_connector();
    connector_->start();
  }
  void TearDown() override {
    if (connector_) connector_->stop();
  }

  KafkaFixture& broker() { return *broker_; }
  KafkaAdmin& admin() { return broker_->admin(); }
  Connector& connector() { return *connector_; }

  std::string new_topic(int partitions = 1, const std::map<std::string, std::string>& config = {}) {
    auto name = unused_topic();
    admin().create_topic(name, partitions, config);
    return name;
  }
  static std::string unused_topic() {
    static int count = 0;
    return "kafka-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  }
  // Values <prefix>0, <prefix>1, ...
  std::vector<std::int64_t> produce(const std::string& topic, int count, const std::string& prefix,
                                    Partition partition = 0) {
    return admin().produce(topic, partition, values(count, prefix));
  }
  static std::vector<KafkaRecord> values(int count, const std::string& prefix) {
    std::vector<KafkaRecord> records;
    for (int i = 0; i < count; ++i) records.push_back({prefix + std::to_string(i)});
    return records;
  }

  LogExtent extent(const std::string& topic) {
    return ask<LogExtent>([&](auto done) { connector().extent(topic, done); }).value();
  }
  Position end_of(const std::string& topic) {
    Position end;
    for (const auto& partition : extent(topic).partitions) end.push_back(partition.last);
    return end;
  }
  PublishResult publish(const std::string& topic) {
    return ask<Published>(
        [&](auto done) { connector().publish(topic, {.value = "published"}, done); });
  }
  std::pair<std::vector<Seen>, Result<Offset>> read(Range range) {
    const auto seen = std::make_shared<std::vector<Seen>>();
    const auto keep = [seen](std::span<const Record> records) {
      for (const auto& record : records) seen->emplace_back(record);
    };
    auto through = ask<Offset>([&](auto done) { connector().read(std::move(range), keep, done); });
    return {*seen, through};
  }

 private:
  KafkaFixture* broker_ = nullptr;
  std::unique_ptr<Connector> connector_;
};

inline std::vector<std::string> values_of(const std::vector<Seen>& records,
                                          Partition partition = 0) {
  std::vector<std::string> values;
  for (const auto& record : records) {
    if (record.partition == partition) values.push_back(record.value.value_or("(tombstone)"));
  }
  return values;
}

inline std::vector<std::string> numbered(const std::string& prefix, int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i < to; ++i) all.push_back(prefix + std::to_string(i));
  return all;
}

}  // namespace sidestream::test
