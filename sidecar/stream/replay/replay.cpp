#include "sidecar/stream/replay/replay.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {

std::uint64_t ReplayPool::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

Replay::Replay(std::shared_ptr<Topic> topic, std::string log, ReplayPool& pool)
    : topic_(std::move(topic)),
      log_(std::move(log)),
      encoder_(topic_->settings, topic_->connector.format(), topic_->probe),
      format_(topic_->connector.format()),
      pool_(pool) {}

Replay::~Replay() { forget(); }

void Replay::set_partitions(std::size_t partitions) {
  const std::lock_guard lock(pool_.mutex_);
  partitions_ = partitions;
}

PagePtr Replay::want(Partition partition, Offset after, Offset until, PageCallback ready) {
  assert(until > after);
  std::unique_lock lock(pool_.mutex_);
  Lane& lane = lanes_[partition];
  if (PagePtr page = kept(lane, after)) return page;
  lane.waiting.push_back({after, until, std::move(ready)});
  if (!lane.queued) {
    lane.queued = true;
    pool_.turns_.emplace_back(shared_from_this(), partition);
  }
  take_turns(lock);
  return nullptr;
}

PagePtr Replay::kept(Lane& lane, Offset after) {
  auto page = lane.pages.upper_bound(after);
  if (page == lane.pages.begin()) return nullptr;
  --page;
  if (page->second->page->reached <= after) return nullptr;
  pool_.order_.splice(pool_.order_.begin(), pool_.order_, page->second);
  return page->second->page;
}

// Starts as many reads as may run. Unlocks while it calls a connector.
void Replay::take_turns(std::unique_lock<std::mutex>& lock) {
  const auto may_read = [this](const auto& turn) {
    const auto reading = pool_.reading_.find(turn.first->broker());
    return reading == pool_.reading_.end() || reading->second < pool_.reads_at_once_;
  };
  while (true) {
    const auto turn = std::find_if(pool_.turns_.begin(), pool_.turns_.end(), may_read);
    if (turn == pool_.turns_.end()) return;
    const auto [replay, partition] = std::move(*turn);
    pool_.turns_.erase(turn);
    Lane& lane = replay->lanes_[partition];
    if (lane.waiting.empty()) {
      lane.queued = false;
      continue;
    }
    ++pool_.reading_[replay->broker()];
    auto reading = std::make_shared<Reading>();
    reading->range = replay->next_range(lane, partition);
    reading->generation = replay->generation_;
    reading->partitions = replay->partitions_;
    lock.unlock();
    replay->read(std::move(reading));
    lock.lock();
  }
}

// From the place that has waited longest, as far as anybody wants, but not into a page that is
// kept.
Range Replay::next_range(Lane& lane, Partition partition) const {
  Range range;
  range.log = log_;
  range.partition = partition;
  range.after = lane.waiting.front().after;
  range.until = lane.waiting.front().until;
  for (const Waiter& waiter : lane.waiting) range.until = std::max(range.until, waiter.until);
  const auto next = lane.pages.upper_bound(range.after);
  if (next != lane.pages.end()) range.until = std::min(range.until, next->first);
  return range;
}

void Replay::read(std::shared_ptr<Reading> reading) {
  const Range range = reading->range;
  topic_->connector.read(
      range,
      [this, reading](std::span<const Record> records) {
        for (const Record& record : records) encoder_.encode(record, reading->encoded);
      },
      [self = shared_from_this(), reading](Result<Offset> reached) {
        self->finish(*reading, reached);
      });
}

void Replay::finish(const Reading& reading, Result<Offset> reached) {
  const Partition partition = reading.range.partition;
  PagePtr page;
  if (reached && *reached > reading.range.after) page = build(reading, *reached);
  std::vector<PageCallback> told;
  Result<PagePtr> answer =
      page ? Result<PagePtr>(page)
           : Result<PagePtr>(reached.has_error() ? reached.error() : make_error_code(Errc::gone));
  std::unique_lock lock(pool_.mutex_);
  const auto reading_here = pool_.reading_.find(broker());
  if (--reading_here->second == 0) pool_.reading_.erase(reading_here);
  Lane& lane = lanes_[partition];
  if (page && reading.generation == generation_) {
    keep(lane, page);
  } else if (page) {
    answer = make_error_code(Errc::gone);  // the log was reset meanwhile
  }
  const bool stopped = answer.has_error() && answer.error() == make_error_code(Errc::stopped);
  const auto concerns = [&](const Waiter& waiter) {
    if (stopped) return true;
    if (answer.has_error()) return waiter.after <= reading.range.after;
    return waiter.after >= page->after && waiter.after < page->reached;
  };
  std::deque<Waiter> others;
  for (Waiter& waiter : lane.waiting) {
    if (concerns(waiter)) {
      told.push_back(std::move(waiter.ready));
    } else {
      others.push_back(std::move(waiter));
    }
  }
  lane.waiting = std::move(others);
  if (lane.waiting.empty()) {
    lane.queued = false;
  } else {
    pool_.turns_.emplace_back(shared_from_this(), partition);
  }
  take_turns(lock);
  lock.unlock();
  for (const PageCallback& ready : told) ready(answer);
}

PagePtr Replay::build(const Reading& reading, Offset reached) const {
  const EncodedBatch& encoded = reading.encoded;
  const bool shared_ids = reading.partitions == 1;
  std::vector<std::string> ids;
  std::size_t bytes = 0;
  for (const auto& item : encoded.items()) {
    std::string id;
    if (shared_ids && item.begin != item.end) {
      id = "id: " + format_position(format_, {item.offset}) + "\n";
    }
    bytes += Segment::frame_size(item.end - item.begin, id.size());
    ids.push_back(std::move(id));
  }
  auto page = std::make_shared<Page>();
  page->partition = reading.range.partition;
  page->after = reading.range.after;
  page->reached = reached;
  page->generation = reading.generation;
  page->frames = std::make_shared<Segment>(std::max<std::size_t>(bytes, 1),
                                           std::max<std::size_t>(ids.size(), 1), 0, Position{});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& item = encoded.items()[i];
    page->frames->append(item.kind, item.partition, item.offset, item.time_ms, encoded.body(item),
                         ids[i]);
  }
  topic_->probe.records_replayed.add(ids.size());
  return page;
}

void Replay::keep(Lane& lane, PagePtr page) {
  const std::uint64_t bytes = page->frames->footprint();
  const Offset after = page->after;
  const auto old = lane.pages.find(after);
  if (old != lane.pages.end()) drop(old->second);
  pool_.order_.push_front({std::move(page), bytes, this});
  lane.pages[after] = pool_.order_.begin();
  pool_.bytes_ += bytes;
  // The newest page stays in any case: its readers are about to be told.
  while (pool_.bytes_ > pool_.memory_.replay_budget() && pool_.order_.size() > 1) {
    const auto last = std::prev(pool_.order_.end());
    last->owner->drop(last);
  }
}

void Replay::drop(ReplayPool::Order::iterator kept) {
  lanes_[kept->page->partition].pages.erase(kept->page->after);
  pool_.bytes_ -= kept->bytes;
  pool_.order_.erase(kept);
}

void Replay::forget() {
  const std::lock_guard lock(pool_.mutex_);
  ++generation_;
  for (auto& [partition, lane] : lanes_) {
    while (!lane.pages.empty()) drop(lane.pages.begin()->second);
  }
}

}  // namespace sidestream
