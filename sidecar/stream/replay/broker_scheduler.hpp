#pragma once
// Decides which read or search a broker does next.
//
// At most `at_once` jobs of a broker run. The next one is chosen round robin: by client, so that one
// with many waiting streams does not delay the others; within a client by topic; within both, the
// job that has waited longest. Brokers do not share the limit, so a broker that is down delays only
// its own readers.
//
// Thread: any. Workers are called without the lock.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "connectors/connector.hpp"
#include "sidecar/stream/replay/client_id.hpp"
#include "sidecar/stream/replay/round_robin.hpp"

namespace sidestream {

struct Topic;

class BrokerScheduler {
 public:
  class Worker {
   public:
    virtual ~Worker() = default;
    // Starts one job of the client, in that partition (-1: the whole log), and calls finished() when
    // it has ended. False: there is nothing to start now.
    virtual bool start_next(Partition partition, ClientId client) = 0;
  };

  explicit BrokerScheduler(std::size_t at_once) : at_once_(at_once) {}

  // Requests one start_next(). `broker` and `topic` only identify these. May call workers before it
  // returns.
  void enqueue(const Connector& broker, const Topic& topic, ClientId client,
               std::shared_ptr<Worker> worker, Partition partition);
  // A job has ended; starts the next one. Requires: one call for each start_next() that was true.
  void finished(const Connector& broker);

 private:
  struct Waiting {
    std::shared_ptr<Worker> worker;
    Partition partition = 0;
    ClientId client{};
  };
  struct Queue {
    std::size_t under_way = 0;
    std::map<ClientId, RoundRobin<const Topic*, Waiting>> clients;  // none is empty
    std::deque<ClientId> order;  // the keys of `clients`, the next one first
  };

  void start(const Connector& broker);
  void release(const Connector& broker);
  bool take_next(const Connector& broker, Waiting& next);

  const std::size_t at_once_;
  std::mutex mutex_;                          // guards the following
  std::map<const Connector*, Queue> queues_;  // of the brokers with running or waiting jobs
};

}  // namespace sidestream
