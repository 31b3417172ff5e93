#include "connectors/embedded/publish_queue.hpp"

#include <cassert>
#include <utility>

namespace sidestream::embedded {
namespace {

constexpr std::size_t queue_bytes_max = 64 * 1024 * 1024;
// One commit: many records share its fsync, and it still is quick.
constexpr std::size_t batch_records = 1000;
constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds watch_interval{200};
// A little early, so that the answer is not late.
constexpr auto time_limit = publish_timeout - 2 * watch_interval;

std::size_t cost(const PublishQueue::Entry& entry) {
  return sizeof(entry) + entry.log.size() + entry.message.value.size() +
         entry.message.event.size() + (entry.message.key ? entry.message.key->size() : 0);
}

}  // namespace

void PublishQueue::start() { watcher_thread_ = std::thread(&PublishQueue::watch_deadlines, this); }

void PublishQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  added_.notify_all();
}

void PublishQueue::stop() {
  close();
  refuse_queued(Errc::stopped);
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    watcher_.notify_all();
  }
  if (watcher_thread_.joinable()) watcher_thread_.join();
}

void PublishQueue::add(std::string log, Message message, Callback done) {
  Entry entry{std::move(log), std::move(message), std::move(done), Clock::now() + time_limit};
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const auto bytes = cost(entry);
      if (queue_bytes_ + bytes <= queue_bytes_max || queue_.empty()) {
        queue_bytes_ += bytes;
        queue_.push_back(std::move(entry));
        if (queue_.size() == 1) added_.notify_all();
      } else {
        rejected_.push_back(std::move(entry.done));
      }
      if (watcher_idle_) watcher_.notify_all();
      return;
    }
  }
  finish(std::move(entry.done),
         Errc::stopped);  // on the caller's thread, because the others have ended
}

bool PublishQueue::wait(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  added_.wait_until(lock, until, [this] { return closed_ || !queue_.empty(); });
  return !queue_.empty();
}

bool PublishQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool PublishQueue::is_idle() const {
  const std::lock_guard lock(mutex_);
  return !closed_ && queue_.empty() && batch_open_ == 0;
}

std::span<const PublishQueue::Entry> PublishQueue::take() {
  const std::lock_guard lock(mutex_);
  assert(batch_open_ == 0);
  batch_.clear();
  std::size_t bytes = 0;
  while (!queue_.empty() && batch_.size() < batch_records && bytes < batch_bytes) {
    const auto size = cost(queue_.front());
    bytes += size;
    queue_bytes_ -= size;
    batch_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  batch_open_ = batch_.size();
  return batch_;
}

void PublishQueue::answer(std::size_t index, PublishResult result) {
  Callback done;
  {
    const std::lock_guard lock(mutex_);
    done = std::exchange(batch_[index].done, nullptr);
    if (done) --batch_open_;
  }
  if (done) finish(std::move(done), std::move(result));
}

void PublishQueue::answer_all(Errc error) {
  for (std::size_t i = 0; i < batch_.size(); ++i) answer(i, error);
}

void PublishQueue::refuse_queued(Errc error) {
  std::deque<Entry> refused;
  std::vector<Callback> rejected;
  {
    const std::lock_guard lock(mutex_);
    refused.swap(queue_);
    rejected.swap(rejected_);
    queue_bytes_ = 0;
  }
  for (auto& entry : refused) finish(std::move(entry.done), error);
  for (auto& done : rejected) finish(std::move(done), error);
}

void PublishQueue::finish(Callback done, PublishResult result) {
  auto& counter = result ? probe_.published : probe_.publish_failures;
  counter.fetch_add(1, std::memory_order_relaxed);
  done(std::move(result));
}

void PublishQueue::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const auto expired = take_expired(Clock::now());
    lock.unlock();
    for (const auto& [done, error] : expired) finish(done, error);
    lock.lock();
    // Without open publishes the thread sleeps. Then the first add() wakes it, and no other does.
    watcher_idle_ = all_answered();
    if (watcher_idle_) {
      watcher_.wait(lock, [this] { return ended_ || !all_answered(); });
      watcher_idle_ = false;
    } else {
      watcher_.wait_for(lock, watch_interval, [this] { return ended_; });
    }
  }
}

bool PublishQueue::all_answered() const {
  return queue_.empty() && batch_open_ == 0 && rejected_.empty();
}

std::vector<std::pair<PublishQueue::Callback, Errc>> PublishQueue::take_expired(
    Clock::time_point now) {
  std::vector<std::pair<Callback, Errc>> expired;
  for (auto& entry : batch_) {
    if (!entry.done || entry.deadline > now) continue;
    expired.emplace_back(std::exchange(entry.done, nullptr), Errc::unconfirmed);
    --batch_open_;
  }
  while (!queue_.empty() && queue_.front().deadline <= now) {
    queue_bytes_ -= cost(queue_.front());
    expired.emplace_back(std::move(queue_.front().done), Errc::unavailable);
    queue_.pop_front();
  }
  for (auto& done : rejected_) expired.emplace_back(std::move(done), Errc::unavailable);
  rejected_.clear();
  return expired;
}

}  // namespace sidestream::embedded
