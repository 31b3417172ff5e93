#pragma once
// The tests that every connector must pass, in suite_*.cpp. A new broker needs a fixture
// (broker_fixture.hpp).

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/connectors/broker_fixture.hpp"
#include "tests/integration/connectors/recording.hpp"

namespace sidestream::test {

// The result of one read().
struct Page {
  std::vector<Seen> records;
  Result<Offset> through;
};

class ConnectorSuite : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;
  void TearDown() override;
  void set_up_if(bool (BrokerFixture::*supported)() const);

  BrokerFixture& broker() { return *broker_; }
  Connector& connector() { return *connector_; }
  // Another started connector on the same broker, as after a restart or in a second replica.
  std::unique_ptr<Connector> another_connector();
  void drop_connector();

  // A new log, used by this test alone.
  std::string new_log(int partitions = 1);
  // Appends `count` records with the values <prefix>0, <prefix>1, ...
  std::vector<Offset> append(const std::string& log, int count, const std::string& prefix = "v",
                             Partition partition = 0);
  std::vector<Offset> append_values(const std::string& log, const std::vector<std::string>& values);

  LogExtent extent(const std::string& log);
  Extent only_extent(const std::string& log);  // of partition 0
  Position end_of(const std::string& log);
  Page read(Range range);
  // Everything in (after, until], page by page.
  std::vector<Seen> read_all(const std::string& log, Offset after, Offset until);
  PublishResult publish(const std::string& log, Message message);

 private:
  BrokerFixture* broker_ = nullptr;
  std::unique_ptr<Connector> connector_;
};

// Features that not every broker has. Brokers without the feature are not in the suite. A broker
// that lacks it on this machine skips the test.
class PartitionSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_partitions); }
};
class TombstoneSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_tombstones); }
};
class TrimSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_trim); }
};
class RecreateSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_recreate); }
};
class OutageSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_outage); }
};
class TwoConnectorsSuite : public ConnectorSuite {
 protected:
  void SetUp() override { set_up_if(&BrokerFixture::supports_two_connectors); }
};

std::vector<Offset> offsets_of(const std::vector<Seen>& records);
std::vector<std::string> values_of(const std::vector<Seen>& records);

}  // namespace sidestream::test
