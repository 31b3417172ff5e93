#include "sidecar/stream/replay/replay.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {

Replay::Replay(std::shared_ptr<Topic> topic, std::string log, ReplayPool& pool)
    : topic_(std::move(topic)),
      log_(std::move(log)),
      pipeline_(*topic_),
      pool_(pool),
      id_(pool.pages().new_log()) {}

Replay::~Replay() { pool_.pages().drop_all(id_); }

void Replay::set_partitions(std::size_t partitions) {
  const std::lock_guard lock(mutex_);
  partitions_ = partitions;
}

void Replay::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  pool_.pages().drop_all(id_);
}

PagePtr Replay::want(Partition partition, Offset after, Offset until, PageCallback ready,
                     ClientId client) {
  assert(until > after);
  {
    // Cache and queue under one lock: otherwise a page could arrive between the two.
    const std::lock_guard lock(mutex_);
    if (PagePtr page = pool_.pages().find(id_, partition, after)) return page;
    Queue& queue = queues_[partition];
    queue.waiters.push(client, {after, until, std::move(ready)});
    if (queue.reading || !queue.queued.insert(client).second) return nullptr;
  }
  enqueue(partition, client);
  return nullptr;
}

void Replay::enqueue(Partition partition, ClientId client) {
  pool_.ranges().enqueue(topic_->connector, *topic_, client, shared_from_this(), partition);
}

// Any client's turn is used for the client that is next in this partition. A turn that comes during
// a read is given back: finish() asks for another.
bool Replay::start_next(Partition partition, ClientId client) {
  auto read = std::make_shared<Read>();
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[partition];
    queue.queued.erase(client);
    if (queue.reading || queue.waiters.empty()) {
      drop_if_idle(partition);
      return false;
    }
    queue.reading = true;
    read->range = next_range(queue, partition);
    queue.waiters.pass();
    read->generation = generation_;
    read->id_lines = partitions_ == 1;
  }
  Range range = read->range;
  range.on_loss = [this, read](const Loss& loss) { pipeline_.lose(loss, read->batch); };
  topic_->connector.read(
      std::move(range),
      [this, read](std::span<const Record> records) { pipeline_.run(records, read->batch); },
      [self = shared_from_this(), read](Result<Offset> reached) { self->finish(*read, reached); });
  return true;
}

// Requires: the lock.
void Replay::drop_if_idle(Partition partition) {
  const auto found = queues_.find(partition);
  const Queue& queue = found->second;
  if (!queue.reading && queue.waiters.empty() && queue.queued.empty()) queues_.erase(found);
}

// From the position whose turn it is, as far as any reader wants, but not into a page that is
// cached.
Range Replay::next_range(const Queue& queue, Partition partition) const {
  Range range;
  range.log = log_;
  range.partition = partition;
  range.after = queue.waiters.front().after;
  range.until = queue.waiters.front().until;
  queue.waiters.for_each(
      [&range](const Waiter& waiter) { range.until = std::max(range.until, waiter.until); });
  if (const auto next = pool_.pages().next_page(id_, partition, range.after)) {
    range.until = std::min(range.until, *next);
  }
  assert(range.until > range.after);
  return range;
}

void Replay::finish(const Read& read, Result<Offset> reached) {
  const Partition partition = read.range.partition;
  Result<PagePtr> answer = build(read, reached);
  std::vector<PageCallback> answered;
  std::vector<ClientId> others;
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[partition];
    assert(queue.reading);
    if (answer && read.generation != generation_) answer = make_error_code(Errc::gone);
    if (answer) pool_.pages().put(id_, *answer);
    answered = take_answered(queue, read, answer);
    queue.reading = false;
    queue.waiters.for_each_key([&](ClientId client) {
      if (queue.queued.insert(client).second) others.push_back(client);
    });
    drop_if_idle(partition);
  }
  // The broker's next read starts before the callbacks: they may take a while.
  pool_.ranges().finished(topic_->connector);
  for (const ClientId client : others) enqueue(partition, client);
  for (const PageCallback& ready : answered) ready(answer);
}

// The page, or why there is none. A read that got nowhere found nothing after `after`.
Result<PagePtr> Replay::build(const Read& read, Result<Offset> reached) const {
  if (!reached) return reached.error();
  if (*reached <= read.range.after) return make_error_code(Errc::gone);
  auto page = std::make_shared<Page>();
  page->partition = read.range.partition;
  page->after = read.range.after;
  page->reached = *reached;
  page->generation = read.generation;
  page->frames = build_frames(read.batch, topic_->connector.format(), read.id_lines);
  topic_->probe.records_replayed.add(page->frames->frames());
  return PagePtr(std::move(page));
}

// Removes the waiters that the answer is for, and returns their callbacks.
std::vector<PageCallback> Replay::take_answered(Queue& queue, const Read& read,
                                                const Result<PagePtr>& answer) {
  const bool stopped = !answer && answer.error() == make_error_code(Errc::stopped);
  const auto is_answered = [&](const Waiter& waiter) {
    if (answer) return waiter.after >= (*answer)->after && waiter.after < (*answer)->reached;
    // What is gone at one position is gone at all earlier ones.
    return stopped || waiter.after <= read.range.after;
  };
  std::vector<PageCallback> callbacks;
  for (Waiter& waiter : queue.waiters.take_if(is_answered)) {
    callbacks.push_back(std::move(waiter.ready));
  }
  return callbacks;
}

}  // namespace sidestream
