#include "tests/system/faults/kafka_cluster.hpp"

#include <fstream>
#include <stdexcept>

#include "tests/support/harness/kafka.hpp"

namespace e2e::faults {
namespace {

// Two of three must have a record before it counts as written.
const std::vector<std::string> replicated{
    "default.replication.factor=3", "min.insync.replicas=2", "offsets.topic.replication.factor=3",
    // A frozen node is out of the game after 1.5 s as a leader (its session), and as a follower.
    "replica.lag.time.max.ms=1500",
    // Elections of the controllers' own; the defaults are 1 and 2 s.
    "controller.quorum.election.timeout.ms=500", "controller.quorum.fetch.timeout.ms=1000",
    // Leaders move when the test says so.
    "auto.leader.rebalance.enable=false"};

}  // namespace

KafkaCluster::KafkaCluster() {
  for (auto& node : nodes_) {
    node.address = {"127.0.0.1", free_port()};
    node.controller = free_port();
    node.folder.write("controller-port", std::to_string(node.controller) + "\n");
  }
  for (int node = 1; node <= size; ++node) launch(node);
  for (int node = 1; node <= size; ++node) wait_for(node, size);
}

std::string KafkaCluster::bootstrap() const {
  std::string all;
  for (const auto& node : nodes_) all += (all.empty() ? "" : ",") + node.address.text();
  return all;
}

void KafkaCluster::launch(int node) {
  std::string voters = "controller.quorum.voters=";
  for (int i = 1; i <= size; ++i) {
    voters +=
        (i > 1 ? "," : "") + std::to_string(i) + "@127.0.0.1:" + std::to_string(at(i).controller);
  }
  std::vector<std::string> command{kafka_start_script(), at(node).folder.path().string(),
                                   std::to_string(at(node).address.port),
                                   "node.id=" + std::to_string(node), voters};
  command.insert(command.end(), replicated.begin(), replicated.end());
  at(node).process =
      std::make_unique<Process>(command, Process::Environment{{"SIDESTREAM_KAFKA_HEAP", "128m"}});
}

void KafkaCluster::wait_for(int node, int brokers) {
  const auto up = [&] {
    try {
      return KafkaClient(address(node).text()).brokers() >= brokers;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  // The first one on a machine fetches its jars.
  if (!eventually(up, 180s, 50ms)) {
    throw std::runtime_error("node " + std::to_string(node) +
                             " does not come up: " + process(node).output());
  }
}

void KafkaCluster::kill(int node) { process(node).kill(); }

void KafkaCluster::start(int node) {
  int running = 1;
  for (auto& other : nodes_) running += other.process->running();
  launch(node);
  wait_for(node, running);
}

}  // namespace e2e::faults
