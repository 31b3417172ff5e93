#pragma once
// Three Kafka brokers that replicate each other's logs: with any one of them down, every
// acknowledged record is kept, and the other two serve.
//
// Thread: the test's, for everything that starts or ends a broker; address() and bootstrap(): any.
// Errors: throws std::runtime_error if a broker does not start.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e::faults {

class KafkaCluster {
 public:
  static constexpr int size = 3;

  KafkaCluster();
  // All three.
  std::string bootstrap() const;
  // Nodes are numbered from 1, as Kafka's own ids here.
  const Address& address(int node) const { return at(node).address; }
  Process& process(int node) const { return *at(node).process; }

  void kill(int node);  // -9
  // Returns when the node says that it is one of those that are up.
  void start(int node);

 private:
  struct Node {
    TempDir folder;
    Address address;
    int controller = 0;
    std::unique_ptr<Process> process;
  };
  const Node& at(int node) const { return nodes_.at(static_cast<std::size_t>(node - 1)); }
  Node& at(int node) { return nodes_.at(static_cast<std::size_t>(node - 1)); }
  void launch(int node);
  void wait_for(int node, int brokers);

  std::array<Node, size> nodes_;
};

// Moves the lead of a partition to the first of `replicas`, which are those that it has, in this
// order. librdkafka 2.0.2 has no such requests, so they are written by hand. May be without effect
// while that replica lags; ask again. Throws WireError where `broker` doesn't answer.
void prefer_leader(const Address& broker, const std::string& topic, int partition,
                   const std::vector<int>& replicas);

}  // namespace e2e::faults
