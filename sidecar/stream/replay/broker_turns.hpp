#pragma once
// Decides whose work a broker does next.
//
// At most `at_once` works of a broker are under way. Clients take turns, so that one with many
// waiting streams does not delay the others; within a client, topics do; within both, the work that
// has waited longest is next. Brokers do not share the limit, so a broker that is down delays only
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
#include "sidecar/stream/replay/turn_queue.hpp"

namespace sidestream {

struct Topic;

class BrokerTurns {
 public:
  class Worker {
   public:
    virtual ~Worker() = default;
    // It is the client's turn. Starts one work of the partition (-1: of the whole log) and calls
    // finished() when it has ended; false: there is nothing to start now, and the turn is over.
    virtual bool take_turn(Partition partition, ClientId client) = 0;
  };

  explicit BrokerTurns(std::size_t at_once) : at_once_(at_once) {}

  // Requests one turn. `broker` and `topic` only identify these. May call workers before it
  // returns.
  void enqueue(const Connector& broker, const Topic& topic, ClientId client,
               std::shared_ptr<Worker> worker, Partition partition);
  // A work has ended; starts the next one. Requires: one call for each take_turn() that was true.
  void finished(const Connector& broker);

 private:
  struct Waiting {
    std::shared_ptr<Worker> worker;
    Partition partition = 0;
    ClientId client{};
  };
  struct Queue {
    std::size_t under_way = 0;
    std::map<ClientId, TurnQueue<const Topic*, Waiting>> clients;  // none is empty
    std::deque<ClientId> order;  // the keys of `clients`, the next one first
  };

  void start(const Connector& broker);
  void end_turn(const Connector& broker);
  bool take_next(const Connector& broker, Waiting& next);

  const std::size_t at_once_;
  std::mutex mutex_;                          // guards the following
  std::map<const Connector*, Queue> queues_;  // of the brokers with work under way or waiting
};

}  // namespace sidestream
