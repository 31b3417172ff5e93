#pragma once
// A broker with the log under test, and the faults that can be injected into both.
//
// Thread: append() on the producer's; everything else on the test's, which starts the broker.
// grow(), recreate() and forget_data() are called while the producer is idle.
// Errors: throws std::runtime_error if a broker that is up refuses a request.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/ask/worker_link.hpp"
#include "tests/system/faults/journal.hpp"
#include "tests/system/faults/link.hpp"
#include "tests/system/faults/refusal.hpp"

namespace e2e::faults {

// How a run uses its log.
struct LogUse {
  int lanes = 1;
  bool by_link = false;  // the sidecars reach the broker through link()
  bool by_post = false;  // records are written by POST to a sidecar
};

class BrokerEnv {
 public:
  virtual ~BrokerEnv() = default;
  // A new log for one run.
  virtual void new_log(const LogUse& use) = 0;
  // YAML: the connector's value, and what names the log under test, that of revocations, and those
  // of a template with {s}.
  virtual std::string connector() const = 0;
  virtual std::string topic_keys() const = 0;
  virtual std::string revocation_keys() const = 0;
  virtual std::string template_keys() const = 0;
  // YAML that names the questions' log, and the replies' with {session} and {request}.
  virtual std::string question_keys() const { return {}; }
  virtual std::string reply_keys() const { return {}; }
  virtual std::string ask_path() const { return "/chat/s1"; }
  // Thread: any.
  virtual std::unique_ptr<WorkerLink> worker_link(const std::string& /*worker*/) { return nullptr; }
  // All records of the questions' log.
  virtual std::vector<QuestionRecord> questions() { return {}; }
  // Where POSTs go.
  virtual void attach(const Address& /*sidecar*/) {}

  // Writes records in order. The offset of each; nullopt if the broker died before it responded,
  // so that the record was written once or never. Blocks while there is no broker.
  virtual std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                                    std::size_t padding) = 0;

  // The broker of a cluster that the next kill or freeze hits: this node, or (0) the leader of
  // `lane`.
  virtual void aim(int /*node*/, int /*lane*/) {}
  virtual void kill() = 0;
  virtual void start() = 0;
  // The same, but it answers LOADING for a while, if it can.
  virtual void start_slowly() { start(); }
  virtual void freeze() = 0;
  virtual void thaw() = 0;
  // Brings the broker up again after any fault.
  virtual void restore() = 0;
  // What the broker refuses the sidecars from now on. While it is up.
  virtual void refuse(Refusal what) = 0;
  virtual void grant() = 0;
  virtual Link& link() = 0;
  virtual void move_leader(int lane) = 0;  // to another broker
  virtual void trim(int lane, Offset first_kept) = 0;
  virtual void grow(int lanes) = 0;
  virtual void recreate(int lanes) = 0;
  virtual void forget_data(int lanes) = 0;  // while it is down
  virtual void fill_disk() = 0;
  virtual void free_disk() = 0;
  // Why a full disk can't be produced here; empty if it can.
  virtual std::string no_full_disk() const { return "not a log on this machine's disk"; }
  // The log of each broker, for the report of a failure.
  virtual std::vector<std::string> logs() const { return {}; }
  // How many of the newest records are certainly kept; 0: all, except for trim().
  virtual std::int64_t retention() const { return 0; }
};

// Base of brokers that lack some of the faults; the schedule never asks for these.
class NoSuchFaults : public BrokerEnv {
 public:
  void kill() override { no(); }
  void start() override { no(); }
  void freeze() override { no(); }
  void thaw() override { no(); }
  void restore() override { no(); }
  void refuse(Refusal) override { no(); }
  void grant() override { no(); }
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
std::unique_ptr<BrokerEnv> make_broker_env(const std::string& kind);
std::unique_ptr<BrokerEnv> make_embedded_broker_env();
std::unique_ptr<BrokerEnv> make_redis_broker_env();
std::unique_ptr<BrokerEnv> make_kafka_broker_env();
std::unique_ptr<BrokerEnv> make_cluster_broker_env();

}  // namespace e2e::faults
