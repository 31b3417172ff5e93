#include <signal.h>

#include <algorithm>
#include <stdexcept>

#include "tests/system/faults/kafka_broker_env.hpp"
#include "tests/system/faults/kafka_cluster.hpp"

namespace e2e::faults {
namespace {

// Three brokers, of which one at a time is killed or frozen: the one that was aimed at.
class ClusterBrokerEnv : public KafkaBrokerEnv {
 public:
  std::string connector() const override {
    return "{ kafka: { bootstrap.servers: \"" + bootstrap() + "\" } }";
  }
  void aim(int node, int lane) override { aimed_ = node > 0 ? node : leader(lane); }
  void kill() override { cluster_.kill(aimed_); }
  void start() override { cluster_.start(aimed_); }
  void restore() override {
    for (int node = 1; node <= KafkaCluster::size; ++node) {
      cluster_.process(node).signal(SIGCONT);
      if (!cluster_.process(node).running()) cluster_.start(node);
    }
  }
  void freeze() override {
    frozen_ = aimed_;
    cluster_.process(aimed_).signal(SIGSTOP);
  }
  void thaw() override {
    frozen_ = 0;
    cluster_.process(aimed_).signal(SIGCONT);
  }

  std::vector<std::string> logs() const override {
    std::vector<std::string> all;
    for (int node = 1; node <= KafkaCluster::size; ++node) {
      all.push_back(cluster_.process(node).output());
    }
    return all;
  }

  void move_leader(int lane) override {
    const int old = leader(lane);
    int next = old;
    do next = next % KafkaCluster::size + 1;
    while (!takes_part(next));
    std::vector<int> replicas{next};
    for (int node = 1; node <= KafkaCluster::size; ++node) {
      if (node != next) replicas.push_back(node);
    }
    insist([&] {
      prefer_leader(cluster_.address(next), topic(), lane, replicas);
      if (leader(lane) != next) throw std::runtime_error("the lead does not move");
    });
  }

 private:
  std::string bootstrap() const override { return cluster_.bootstrap(); }
  bool takes_part(int node) const { return node != frozen_ && cluster_.process(node).running(); }

  int leader(int lane) const {
    int found = -1;
    insist([&] {
      const auto leaders = client().leaders(topic());
      found = static_cast<std::size_t>(lane) < leaders.size()
                  ? leaders[static_cast<std::size_t>(lane)]
                  : -1;
      if (found < 1) throw std::runtime_error("nobody leads lane " + std::to_string(lane));
    });
    return found;
  }

  KafkaCluster cluster_;
  int aimed_ = 1;
  int frozen_ = 0;  // none
};

}  // namespace

std::unique_ptr<BrokerEnv> make_cluster_broker_env() {
  return std::make_unique<ClusterBrokerEnv>();
}

}  // namespace e2e::faults
