#include "sidecar/stream/replay/broker_scheduler.hpp"

#include <cassert>
#include <utility>

namespace sidestream {

void BrokerScheduler::enqueue(const Connector& broker, const Topic& topic, ClientId client,
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

void BrokerScheduler::finished(const Connector& broker) {
  release(broker);
  start(broker);
}

void BrokerScheduler::release(const Connector& broker) {
  const std::lock_guard lock(mutex_);
  const auto queue = queues_.find(&broker);
  assert(queue != queues_.end() && queue->second.under_way > 0);
  --queue->second.under_way;
}

// Several threads may be here at once for one broker: take_next() gives each job out once.
void BrokerScheduler::start(const Connector& broker) {
  for (Waiting next; take_next(broker, next); next = {}) {
    if (!next.worker->start_next(next.partition, next.client)) release(broker);
  }
}

bool BrokerScheduler::take_next(const Connector& broker, Waiting& next) {
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
  const auto jobs = queue.clients.find(client);
  next = jobs->second.pop();
  if (jobs->second.empty())
    queue.clients.erase(jobs);
  else
    queue.order.push_back(client);
  return true;
}

}  // namespace sidestream
