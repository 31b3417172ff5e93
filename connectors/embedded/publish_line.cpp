#include "connectors/embedded/publish_line.hpp"

#include <utility>

namespace sidestream::embedded {
namespace {

constexpr std::size_t waiting_bytes_max = 64 * 1024 * 1024;
// One commit: large enough to share its fsync among many, small enough to be quick.
constexpr std::size_t batch_records = 1000;
constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds watch_interval{200};
// Answered a little early rather than late.
constexpr auto allowed = publish_timeout - 2 * watch_interval;

std::size_t cost(const PublishLine::Entry& entry) {
  return sizeof(entry) + entry.log.size() + entry.message.value.size() +
         entry.message.event.size() + (entry.message.key ? entry.message.key->size() : 0);
}

}  // namespace

void PublishLine::start() { watcher_ = std::thread(&PublishLine::watch_deadlines, this); }

void PublishLine::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_all();
}

void PublishLine::stop() {
  close();
  refuse_waiting(Errc::stopped);
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    watch_.notify_all();
  }
  if (watcher_.joinable()) watcher_.join();
}

void PublishLine::add(std::string log, Message message, Callback done) {
  Entry entry{std::move(log), std::move(message), std::move(done), Clock::now() + allowed};
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const auto bytes = cost(entry);
      if (waiting_bytes_ + bytes <= waiting_bytes_max || waiting_.empty()) {
        waiting_bytes_ += bytes;
        waiting_.push_back(std::move(entry));
        if (waiting_.size() == 1) arrived_.notify_all();
      } else {
        turned_away_.push_back(std::move(entry.done));
      }
      if (watcher_idle_) watch_.notify_all();
      return;
    }
  }
  finish(std::move(entry.done), Errc::stopped);  // all threads are gone: nobody else could
}

bool PublishLine::wait(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  arrived_.wait_until(lock, until, [this] { return closed_ || !waiting_.empty(); });
  return !waiting_.empty();
}

bool PublishLine::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::span<const PublishLine::Entry> PublishLine::take() {
  const std::lock_guard lock(mutex_);
  in_hand_.clear();
  std::size_t bytes = 0;
  while (!waiting_.empty() && in_hand_.size() < batch_records && bytes < batch_bytes) {
    const auto size = cost(waiting_.front());
    bytes += size;
    waiting_bytes_ -= size;
    in_hand_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  unanswered_in_hand_ = in_hand_.size();
  return in_hand_;
}

void PublishLine::answer(std::size_t index, Result<Published> result) {
  Callback done;
  {
    const std::lock_guard lock(mutex_);
    done = std::exchange(in_hand_[index].done, nullptr);
    if (done) --unanswered_in_hand_;
  }
  if (done) finish(std::move(done), std::move(result));
}

void PublishLine::answer_all(Errc error) {
  for (std::size_t i = 0; i < in_hand_.size(); ++i) answer(i, error);
}

void PublishLine::refuse_waiting(Errc error) {
  std::deque<Entry> refused;
  std::vector<Callback> turned_away;
  {
    const std::lock_guard lock(mutex_);
    refused.swap(waiting_);
    turned_away.swap(turned_away_);
    waiting_bytes_ = 0;
  }
  for (auto& entry : refused) finish(std::move(entry.done), error);
  for (auto& done : turned_away) finish(std::move(done), error);
}

void PublishLine::finish(Callback done, Result<Published> result) {
  auto& counter = result ? probe_.published : probe_.publish_failures;
  counter.fetch_add(1, std::memory_order_relaxed);
  done(std::move(result));
}

void PublishLine::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const auto late = take_late(Clock::now());
    lock.unlock();
    for (const auto& [done, error] : late) finish(done, error);
    lock.lock();
    // Nothing to watch, so publishes need not wake this thread more than once.
    watcher_idle_ = all_answered();
    if (watcher_idle_) {
      watch_.wait(lock, [this] { return ended_ || !all_answered(); });
      watcher_idle_ = false;
    } else {
      watch_.wait_for(lock, watch_interval, [this] { return ended_; });
    }
  }
}

bool PublishLine::all_answered() const {
  return waiting_.empty() && unanswered_in_hand_ == 0 && turned_away_.empty();
}

std::vector<std::pair<PublishLine::Callback, Errc>> PublishLine::take_late(Clock::time_point now) {
  std::vector<std::pair<Callback, Errc>> late;
  for (auto& entry : in_hand_) {
    if (!entry.done || entry.deadline > now) continue;
    late.emplace_back(std::exchange(entry.done, nullptr), Errc::unconfirmed);
    --unanswered_in_hand_;
  }
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    waiting_bytes_ -= cost(waiting_.front());
    late.emplace_back(std::move(waiting_.front().done), Errc::unavailable);
    waiting_.pop_front();
  }
  for (auto& done : turned_away_) late.emplace_back(std::move(done), Errc::unavailable);
  turned_away_.clear();
  return late;
}

}  // namespace sidestream::embedded
