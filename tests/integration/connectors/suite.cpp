#include "tests/integration/connectors/suite.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace sidestream::test {

void ConnectorSuite::SetUp() {
  broker_ = &shared_broker(GetParam());
  if (const auto why = broker_->unavailable(); !why.empty()) GTEST_SKIP() << why;
  connector_ = broker_->make_connector();
  connector_->start();
}

void ConnectorSuite::set_up_if(bool (BrokerFixture::*supported)() const) {
  ConnectorSuite::SetUp();
  if (IsSkipped()) return;
  if (!(broker_->*supported)()) GTEST_SKIP() << "not supported by this broker here";
}

void ConnectorSuite::TearDown() { drop_connector(); }

std::unique_ptr<Connector> ConnectorSuite::another_connector() {
  auto connector = broker_->make_connector();
  connector->start();
  return connector;
}

void ConnectorSuite::drop_connector() {
  if (connector_) connector_->stop();
  connector_.reset();
}

std::string ConnectorSuite::new_log(int partitions) {
  static std::atomic<int> made{0};
  auto name = "suite-" + std::to_string(::getpid()) + "-" + std::to_string(made++);
  broker_->create_log(name, partitions);
  return name;
}

std::vector<Offset> ConnectorSuite::append(const std::string& log, int count,
                                           const std::string& prefix, Partition partition) {
  // In parts, so that a publish is answered in time under sanitizers too.
  constexpr int part = 500;
  std::vector<Offset> offsets;
  for (int first = 0; first < count; first += part) {
    std::vector<NewRecord> records;
    for (int i = first; i < std::min(count, first + part); ++i) {
      records.push_back({prefix + std::to_string(i)});
    }
    const auto more = broker_->append(log, partition, records);
    offsets.insert(offsets.end(), more.begin(), more.end());
  }
  return offsets;
}

std::vector<Offset> ConnectorSuite::append_values(const std::string& log,
                                                  const std::vector<std::string>& values) {
  std::vector<NewRecord> records;
  for (const auto& value : values) records.push_back({value});
  return broker_->append(log, 0, records);
}

LogExtent ConnectorSuite::extent(const std::string& log) {
  return ask<LogExtent>([&](auto done) { connector().extent(log, done); }).value();
}

Extent ConnectorSuite::only_extent(const std::string& log) { return extent(log).partitions.at(0); }

Position ConnectorSuite::end_of(const std::string& log) {
  Position end;
  for (const auto& partition : extent(log).partitions) end.push_back(partition.last);
  return end;
}

Page ConnectorSuite::read(Range range) {
  const auto seen = std::make_shared<std::vector<Seen>>();
  const auto keep = [seen](std::span<const Record> records) {
    for (const auto& record : records) seen->emplace_back(record);
  };
  auto through = ask<Offset>([&](auto done) { connector().read(std::move(range), keep, done); });
  return {*seen, through};
}

std::vector<Seen> ConnectorSuite::read_all(const std::string& log, Offset after, Offset until) {
  std::vector<Seen> all;
  while (after < until) {
    const auto page = read({.log = log, .after = after, .until = until});
    const auto through = page.through.value();
    if (through <= after) throw std::runtime_error("read() made no progress");
    all.insert(all.end(), page.records.begin(), page.records.end());
    after = through;
  }
  return all;
}

PublishResult ConnectorSuite::publish(const std::string& log, Message message) {
  return ask<Published>([&](auto done) { connector().publish(log, std::move(message), done); });
}

std::vector<Offset> offsets_of(const std::vector<Seen>& records) {
  std::vector<Offset> offsets;
  for (const auto& record : records) offsets.push_back(record.offset);
  return offsets;
}

std::vector<std::string> values_of(const std::vector<Seen>& records) {
  std::vector<std::string> values;
  for (const auto& record : records) values.push_back(record.value.value_or("(tombstone)"));
  return values;
}

namespace {

using Names = std::vector<std::string>;

Names all_brokers() { return broker_names(); }
Names brokers_among(const Names& wanted) {
  Names found;
  for (const auto& name : broker_names()) {
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) found.push_back(name);
  }
  return found;
}
Names partitioned() { return brokers_among({"kafka"}); }
Names external() { return brokers_among({"kafka", "redis"}); }
Names persistent() { return brokers_among({"kafka", "redis", "embedded"}); }

std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace

// Some brokers may not be compiled in.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PartitionSuite);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TombstoneSuite);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TwoConnectorsSuite);
INSTANTIATE_TEST_SUITE_P(Connectors, ConnectorSuite, testing::ValuesIn(all_brokers()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, PartitionSuite, testing::ValuesIn(partitioned()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, TombstoneSuite, testing::ValuesIn(partitioned()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, TwoConnectorsSuite, testing::ValuesIn(external()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, TrimSuite, testing::ValuesIn(persistent()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, RecreateSuite, testing::ValuesIn(persistent()), name_of);
INSTANTIATE_TEST_SUITE_P(Connectors, OutageSuite, testing::ValuesIn(persistent()), name_of);

}  // namespace sidestream::test
