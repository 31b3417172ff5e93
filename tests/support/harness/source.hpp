#pragma once
// One log at one real broker, written and trimmed from outside as its owners would do it: the same
// calls for Kafka (any number of partitions), Redis and the embedded log.
//
// Thread: one at a time. Errors: throws std::runtime_error with the broker's text.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/kafka.hpp"
#include "tests/support/harness/redis.hpp"
#include "tests/support/harness/socket.hpp"

namespace e2e {

struct Input {
  std::optional<std::string> value;
  std::string event = {};
  std::string key = {};
  int partition = 0;
};

class Source {
 public:
  virtual ~Source() = default;
  virtual int partitions() const { return 1; }
  // YAML: the connector's value, and the keys of the topic that name the log.
  virtual std::string connector() const = 0;
  virtual std::string log_keys() const = 0;
  virtual std::string log() const = 0;  // its bare name
  // Whether two sidecars can read it.
  virtual bool has_replicas() const { return true; }
  // Whether append() needs a sidecar (POST), told by attach().
  virtual bool needs_sidecar() const { return false; }
  virtual void attach(const Address& /*streams*/, const std::string& /*path*/) {}

  // Appends in this order; answers the offset of each as ids spell it.
  virtual std::vector<std::string> append(const std::vector<Input>& inputs) = 0;
  // Drops all records of a partition before `first_kept`.
  virtual bool can_trim() const { return true; }
  virtual void trim(int partition, const std::string& first_kept) = 0;
  // The log is deleted and recreated, empty.
  virtual void recreate() = 0;

  // The offset that stands before the first record, and the id that stands before all.
  virtual std::string before_first() const { return "-1"; }
  std::string id_before_all() const;
};

// `kind` is one of all_kinds(); every source has a log of its own. The shared brokers are started
// as needed.
std::unique_ptr<Source> make_source(const std::string& kind);
// Of brokers of our own, for tests that take them away.
std::unique_ptr<Source> make_redis_source(RedisServer& server);
std::unique_ptr<Source> make_kafka_source(const std::string& bootstrap, int partitions);

const std::vector<std::string>& all_kinds();     // embedded redis kafka1 kafka3 kafka12
const std::vector<std::string>& shared_kinds();  // those that two sidecars can read
std::string unique_name(const std::string& prefix);

// Event ids as vectors of offsets, by partition, and back.
std::vector<std::string> offsets_of(const std::string& id, int partitions);
std::string id_of(const std::vector<std::string>& offsets);
// Offsets of either form (42, 1526919030474-55) in their order.
bool offset_less(const std::string& a, const std::string& b);
std::string offset_before(const std::string& offset);
std::string offset_after(const std::string& offset);

// The n-th record of a lane (partition, key or connection) and what it says; `padding` bytes
// longer.
struct Numbered {
  int lane = 0;
  std::int64_t number = 0;
};
std::string numbered(int lane, std::int64_t number, std::size_t padding = 0);
std::optional<Numbered> parse_numbered(std::string_view text);

}  // namespace e2e
