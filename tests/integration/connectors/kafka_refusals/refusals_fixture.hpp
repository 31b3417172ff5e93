#pragma once
// What the Kafka refusal tests share: a broker with ACLs and all kinds of listeners, a second broker
// of the same cluster, and a connector whose log lines are kept.
//
// Each test makes the broker refuse something, checks what the policy says (connectors/README.md):
// answer, `/readyz` detail, metric, one log line; then takes the cause away and checks that all of
// it is over.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "tests/integration/connectors/recording.hpp"
#include "tests/support/kafka/kafka_acls.hpp"
#include "tests/support/kafka/kafka_admin.hpp"
#include "tests/support/kafka/kafka_broker.hpp"

namespace sidestream::test {

// The log lines of a connector. Thread: any.
class Lines {
 public:
  Logger logger();
  // Lines that contain all of the texts.
  std::size_t count(std::initializer_list<std::string_view> texts) const;
  std::string text() const;

 private:
  struct State {
    std::mutex mutex;
    std::vector<std::string> lines;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Node 1 has the controller and all listeners; node 2 joins when a test needs it. Both live until
// the last test has ended.
class Cluster {
 public:
  static Cluster& get();

  KafkaBroker& first() { return *first_; }
  KafkaBroker& second();  // starts it
  KafkaAdmin& admin() { return *admin_; }
  KafkaAcls& acls() { return *acls_; }
  // Restarts node 1: its LINK listener advertises `port`, its TLS listener uses `pem`.
  void restart_first(const std::string& link_port, const std::string& pem);

 private:
  Cluster();
  std::vector<std::string> properties(const std::string& link_port, const std::string& pem) const;

  std::unique_ptr<KafkaBroker> first_, second_;
  std::unique_ptr<KafkaAdmin> admin_;
  std::unique_ptr<KafkaAcls> acls_;
};

class KafkaRefusals : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  Cluster& cluster() { return Cluster::get(); }
  KafkaAdmin& admin() { return cluster().admin(); }
  KafkaAcls& acls() { return cluster().acls(); }

  // Starts the connector of the test: as a super user, or as alice.
  Connector& connect();
  Connector& connect_as_alice(const std::string& password = "secret");
  Connector& connect_with(std::map<std::string, std::string> properties);
  Connector& connector() { return *connector_; }
  Lines& lines() { return lines_; }

  static std::string unused_topic();
  // One partition on node 1, unless a test needs others.
  std::string new_topic(const std::vector<std::vector<std::int32_t>>& replicas = {{1}},
                        const std::map<std::string, std::string>& configuration = {});
  void produce(const std::string& topic, int count, const std::string& prefix,
               Partition partition = 0);

  Result<LogExtent> extent(const std::string& topic);
  PublishResult publish(const std::string& topic, Message message = {.value = "published"});
  // Reads offsets 0 to `last`.
  Result<Offset> read(const std::string& topic, std::int64_t last, Partition partition = 0);

  // The policy while something is refused, and after it.
  void expect_refused(Activity activity, const std::string& topic, const std::string& reason);
  void expect_served(Activity activity, const std::string& topic);
  // The same, if the entry may have expired before: nothing asked again.
  void expect_over(Activity activity, const std::string& topic);
  std::string detail() const { return connector_->probe().detail(); }

 private:
  Lines lines_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace sidestream::test
