#pragma once
// A broker of our own with the log under test, and what can be done to both.
//
// Thread: append() is the producer's; everything else the test's, on which the broker is started.
// Functions that change the log (grow, recreate, forget_data) are called while the producer rests.
// Errors: throws std::runtime_error where a broker that is up does not do what it is told.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/journal.hpp"
#include "tests/system/faults/link.hpp"

namespace e2e::faults {

class Ground {
 public:
  virtual ~Ground() = default;
  // A log of its own for one run.
  virtual void new_log(int lanes) = 0;
  // YAML: the connector's value, and the keys of the topic. `by_link`: through link(), where there
  // is one.
  virtual std::string connector(bool by_link) const = 0;
  virtual std::string topic_keys() const = 0;
  // Where POSTs go, for the log that is written so.
  virtual void attach(const Address& /*sidecar*/) {}

  // Hands these over in their order. What became of each: its offset, or nothing where the broker
  // went away before it said so; then it was written once or never. Blocks while there is no
  // broker.
  virtual std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                                    std::size_t padding) = 0;

  // Which of several brokers is killed or frozen next, and is then started or thawed: this one, or
  // (0) the one that leads `lane`.
  virtual void aim(int /*node*/, int /*lane*/) {}
  virtual void kill() = 0;
  virtual void start() = 0;
  virtual void freeze() = 0;
  virtual void thaw() = 0;
  // Whatever was done to it, it is up again.
  virtual void restore() = 0;
  virtual Link& link() = 0;
  virtual void move_leader(int lane) = 0;  // to another broker
  virtual void trim(int lane, Offset first_kept) = 0;
  virtual void grow(int lanes) = 0;
  virtual void recreate(int lanes) = 0;
  virtual void forget_data(int lanes) = 0;  // while it is down
  virtual void fill_disk() = 0;
  virtual void free_disk() = 0;
  // Why there are no full disks here; empty: there are.
  virtual std::string no_full_disk() const { return "not a log on this machine's disk"; }
  // What each broker said, for who looks for a cause.
  virtual std::vector<std::string> logs() const { return {}; }
  // How many of the newest records of a log are certainly kept; 0: all, but for trim().
  virtual std::int64_t retention() const { return 0; }
};

// For functions that a kind of broker doesn't have; the schedule never asks for them.
class NoSuchFaults : public Ground {
 public:
  void kill() override { no(); }
  void start() override { no(); }
  void freeze() override { no(); }
  void thaw() override { no(); }
  void restore() override { no(); }
  Link& link() override { no(); }
  void move_leader(int) override { no(); }
  void trim(int, Offset) override { no(); }
  void grow(int) override { no(); }
  void recreate(int) override { no(); }
  void forget_data(int) override { no(); }
  void fill_disk() override { no(); }
  void free_disk() override { no(); }

 private:
  [[noreturn]] static void no();
};

// `kind`: embedded, redis, kafka1, kafka3 or kafkacluster.
std::unique_ptr<Ground> make_ground(const std::string& kind);
std::unique_ptr<Ground> make_embedded_ground();
std::unique_ptr<Ground> make_redis_ground();
std::unique_ptr<Ground> make_kafka_ground();
std::unique_ptr<Ground> make_cluster_ground();

}  // namespace e2e::faults
