#pragma once
// The broker of the connector suite (suite.hpp): logs that can be filled, trimmed, deleted and
// recreated from outside, outages, and connectors.
//
// One fixture exists for the whole test process (shared_broker()), so its broker starts once. All
// functions run on the test's thread and return when the effect is visible: after append() a reader
// sees the records, after trim() it does not.
//
// Errors: std::runtime_error with the broker's text, which fails the test.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream::test {

// A record as written by another producer.
struct NewRecord {
  std::optional<std::string> value;  // absent: a tombstone (only where supports_tombstones())
  std::optional<std::string> key{};
  std::string event{};  // Redis, embedded: the event name. Kafka: header "event", where not empty
};

class BrokerFixture {
 public:
  virtual ~BrokerFixture() = default;

  // "kafka", "redis", "embedded", "memory".
  virtual std::string name() const = 0;
  // Why the broker is not available here, so its tests are skipped. Empty: it is.
  virtual std::string unavailable() const { return {}; }

  // Not started. Several may exist at once if supports_two_connectors().
  virtual std::unique_ptr<Connector> make_connector() = 0;

  // The suite skips the tests of unsupported features.
  virtual bool supports_partitions() const { return false; }
  virtual bool supports_tombstones() const { return false; }
  virtual bool supports_two_connectors() const { return true; }
  virtual bool supports_trim() const { return true; }
  virtual bool supports_outage() const { return true; }
  virtual bool supports_recreate() const { return true; }
  // The first record creates a log: a missing one is an empty one. Kafka: Errc::no_such_log.
  virtual bool creates_logs() const { return true; }

  // Creates an empty log for values up to 1 MiB. Does nothing if the first record creates the log.
  virtual void create_log(const std::string& log, int partitions = 1) = 0;
  // To `partitions` in all. Requires: supports_partitions().
  virtual void grow_log(const std::string& /*log*/, int /*partitions*/) {}
  // Appends in order and returns the offset of each record. Fast for 10,000 small records.
  virtual std::vector<Offset> append(const std::string& log, Partition partition,
                                     std::span<const NewRecord> records) = 0;
  // Removes all records below `before`, as retention does. `before` may be the end.
  virtual void trim(const std::string& log, Partition partition, Offset before) = 0;
  // Deletes the log. recreate_log() then creates an empty one of the same name.
  virtual void delete_log(const std::string& log) = 0;
  virtual void recreate_log(const std::string& log, int partitions = 1) = 0;

  // An outage: the broker is unreachable and keeps its records.
  virtual void stop_broker() = 0;
  virtual void start_broker() = 0;
};

// These start their broker. Never null; see unavailable().
std::unique_ptr<BrokerFixture> make_kafka_fixture();     // kafka_fixture.cpp
std::unique_ptr<BrokerFixture> make_redis_fixture();     // redis_fixture.cpp
std::unique_ptr<BrokerFixture> make_embedded_fixture();  // embedded_fixture.cpp: a file
std::unique_ptr<BrokerFixture> make_memory_fixture();    // embedded_fixture.cpp: without a path

// The names of the fixtures compiled into this test.
std::vector<std::string> broker_names();
// The fixture of this process. Starts with the first call and ends after the last test.
BrokerFixture& shared_broker(const std::string& name);

}  // namespace sidestream::test
