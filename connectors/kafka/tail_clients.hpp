#pragma once
// The clients that tails read through. A librdkafka handle reads a topic only once, so a second
// tail of the same topic (rare) gets another client.
//
// Thread: any. Shares: the clients, with the tails.

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_client.hpp"

namespace sidestream::kafka {

class TailClients {
 public:
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  explicit TailClients(MakeClient make_client) : make_client_(std::move(make_client)) {}

  // A client through which nothing reads `topic`; null if none can be created.
  std::shared_ptr<KafkaClient> acquire(const std::string& topic);
  // The tail has ended. Keeps one client for the next tail.
  void release(const KafkaClient* client, const std::string& topic);
  // Serves the clients' callbacks.
  void poll();
  void clear();

 private:
  struct Entry {
    std::shared_ptr<KafkaClient> client;
    std::set<std::string> topics;
  };

  const MakeClient make_client_;
  std::mutex mutex_;  // guards what follows
  std::vector<Entry> entries_;
};

}  // namespace sidestream::kafka
