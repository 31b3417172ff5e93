#pragma once
// The client that asks for topics that were never seen. Their names may come from clients
// (templates), and librdkafka keeps each topic that it was asked for until its handle is destroyed:
// 5 to 7 KiB, and a part of each later metadata request. So this client is replaced after some
// hundred names and destroyed when it is idle.
//
// Thread: any. Borrows: workers, whose threads destroy old clients. Outlives its clients.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class NameClient {
 public:
  using Clock = std::chrono::steady_clock;
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  NameClient(Workers& workers, MakeClient make_client)
      : workers_(workers), make_client_(std::move(make_client)) {}

  // For one name. Null: try again later, because the previous client is not destroyed yet or no
  // client could be created; or after close().
  std::shared_ptr<KafkaClient> use(Clock::time_point now = Clock::now());
  // Serves its callbacks; destroys it when it is idle. Call it several times a second.
  void poll(Clock::time_point now = Clock::now());
  // Requires: no query is running.
  void close();

 private:
  static constexpr int names_max = 200;
  static constexpr std::chrono::seconds idle_max{10};
  // Destroying one may take seconds. Meanwhile the next one is in use, and no third is created.
  static constexpr int clients_max = 2;

  std::shared_ptr<KafkaClient> make();
  void release();

  Workers& workers_;
  const MakeClient make_client_;
  std::atomic<int> clients_{0};  // that are not destroyed
  std::mutex mutex_;             // guards the following
  std::shared_ptr<KafkaClient> client_;
  int names_ = 0;  // that client_ was used for
  Clock::time_point used_{};
  bool closed_ = false;
};

}  // namespace sidestream::kafka
