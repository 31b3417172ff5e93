#pragma once
// What the connector suite (suite.cpp) needs of a broker, whichever it is: logs that can be filled,
// trimmed, deleted and recreated from outside, a broker that can go away and come back, and
// connectors.
//
// One fixture lives for the whole test process (shared_broker()), so its broker is started once.
// All functions are called from the test's thread and return when the broker has done what was
// asked: after append() a reader can see the records, after trim() it can't. They throw
// std::runtime_error with a text where the broker refuses, which fails the test.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream::test {

// A record as a producer that knows nothing of Sidestream writes it.
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
  // Why there is no such broker here (its tests are skipped); empty where all is well.
  virtual std::string unavailable() const { return {}; }

  // Not started. Several may live at once where supports_two_connectors().
  virtual std::unique_ptr<Connector> make_connector() = 0;

  // What this broker can't do is skipped by the suite.
  virtual bool supports_partitions() const { return false; }
  virtual bool supports_tombstones() const { return false; }
  virtual bool supports_two_connectors() const { return true; }
  virtual bool supports_trim() const { return true; }
  virtual bool supports_outage() const { return true; }
  virtual bool supports_recreate() const { return true; }
  // extent() of a log that does not exist waits until it does (Kafka) instead of answering an empty
  // one.
  virtual bool missing_log_waits() const { return false; }

  // Makes an empty log that takes values of 1 MiB; nothing to do where the first record makes it.
  virtual void create_log(const std::string& log, int partitions = 1) = 0;
  // To `partitions` in all. Requires: supports_partitions().
  virtual void grow_log(const std::string& /*log*/, int /*partitions*/) {}
  // Appends in this order and answers the offset of each. Quick for some ten thousand small
  // records.
  virtual std::vector<Offset> append(const std::string& log, Partition partition,
                                     std::span<const NewRecord> records) = 0;
  // Makes retention drop every record below `before` (which may be the end: all of them).
  virtual void trim(const std::string& log, Partition partition, Offset before) = 0;
  // The log is gone; then, by recreate_log, there is an empty one of the same name again.
  virtual void delete_log(const std::string& log) = 0;
  virtual void recreate_log(const std::string& log, int partitions = 1) = 0;

  // An outage: the broker is unreachable and keeps what it holds.
  virtual void stop_broker() = 0;
  virtual void start_broker() = 0;
};

// Start their broker; never null. A broker that can't be had says so in unavailable().
std::unique_ptr<BrokerFixture> make_kafka_fixture();     // kafka_fixture.cpp
std::unique_ptr<BrokerFixture> make_redis_fixture();     // redis_fixture.cpp
std::unique_ptr<BrokerFixture> make_embedded_fixture();  // embedded_fixture.cpp: a file
std::unique_ptr<BrokerFixture> make_memory_fixture();    // embedded_fixture.cpp: without a path

// The names of the fixtures compiled into this test.
std::vector<std::string> broker_names();
// The one of this process; started by the first call, ended after the last test.
BrokerFixture& shared_broker(const std::string& name);

}  // namespace sidestream::test
