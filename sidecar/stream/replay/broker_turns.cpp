#include "sidecar/stream/replay/broker_turns.hpp"

#include <cassert>
#include <utility>

namespace sidestream {

void BrokerTurns::enqueue(const Connector& broker, const Topic& topic, ClientId client,
                          std::shared_ptr<Worker> worker, Partition partition) {
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[&broker];
    auto& topics = queue.clients[client];
    if (topics.empty()) queue.order.push_back(client);
    topics.push(&topic, {std::move(worker), partition, client});
  }
  start(broker);
}

void BrokerTurns::finished(const Connector& broker) {
  end_turn(broker);
  start(broker);
}

void BrokerTurns::end_turn(const Connector& broker) {
  const std::lock_guard lock(mutex_);
  const auto queue = queues_.find(&broker);
  assert(queue != queues_.end() && queue->second.under_way > 0);
  --queue->second.under_way;
}

// Several threads may be here at once for one broker: take_next() gives each work out once.
void BrokerTurns::start(const Connector& broker) {
  for (Waiting next; take_next(broker, next); next = {}) {
    if (!next.worker->take_turn(next.partition, next.client)) end_turn(broker);
  }
}

bool BrokerTurns::take_next(const Connector& broker, Waiting& next) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(&broker);
  if (found == queues_.end()) return false;
  Queue& queue = found->second;
  if (queue.order.empty()) {
    if (queue.under_way == 0) queues_.erase(found);
    return false;
  }
  if (queue.under_way == at_once_) return false;
  ++queue.under_way;
  const ClientId client = queue.order.front();
  queue.order.pop_front();
  const auto turn = queue.clients.find(client);
  next = turn->second.pop();
  if (turn->second.empty())
    queue.clients.erase(turn);
  else
    queue.order.push_back(client);
  return true;
}

}  // namespace sidestream
