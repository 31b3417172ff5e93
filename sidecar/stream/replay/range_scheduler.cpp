#include "sidecar/stream/replay/range_scheduler.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {

void RangeScheduler::enqueue(const Connector& broker, const Topic& topic,
                             std::shared_ptr<Reader> reader, Partition partition) {
  {
    const std::lock_guard lock(mutex_);
    auto& topics = queues_[&broker].topics;
    auto found = std::ranges::find(topics, &topic, &OfTopic::topic);
    if (found == topics.end()) found = topics.insert(found, {&topic, {}});
    found->waiting.push_back({std::move(reader), partition});
  }
  start_reads(broker);
}

void RangeScheduler::finished(const Connector& broker) {
  {
    const std::lock_guard lock(mutex_);
    const auto queue = queues_.find(&broker);
    assert(queue != queues_.end() && queue->second.in_flight > 0);
    --queue->second.in_flight;
  }
  start_reads(broker);
}

// Several threads may be here at once for one broker: take_next() gives each read out once.
void RangeScheduler::start_reads(const Connector& broker) {
  for (Waiting next; take_next(broker, next); next = {}) next.reader->read_range(next.partition);
}

bool RangeScheduler::take_next(const Connector& broker, Waiting& next) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(&broker);
  if (found == queues_.end()) return false;
  Queue& queue = found->second;
  if (queue.topics.empty()) {
    if (queue.in_flight == 0) queues_.erase(found);
    return false;
  }
  if (queue.in_flight == reads_at_once_) return false;
  ++queue.in_flight;
  OfTopic& turn = queue.topics.front();
  next = std::move(turn.waiting.front());
  turn.waiting.pop_front();
  if (turn.waiting.empty()) {
    queue.topics.pop_front();
  } else {
    queue.topics.splice(queue.topics.end(), queue.topics, queue.topics.begin());
  }
  return true;
}

}  // namespace sidestream
