#include "connectors/kafka/workers.hpp"

#include <algorithm>
#include <utility>

namespace sidestream::kafka {
namespace {

constexpr std::chrono::seconds linger{5};

}  // namespace

bool Workers::submit(Job job, std::chrono::milliseconds delay) {
  std::vector<std::thread> finished;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    waiting_.emplace(stopping_ ? Clock::time_point::min() : Clock::now() + delay, std::move(job));
    provide_thread();
    finished.swap(finished_);
  }
  for (auto& thread : finished) thread.join();
  return true;
}

void Workers::hurry() {
  const std::lock_guard lock(mutex_);
  std::multimap<Clock::time_point, Job> due;
  for (auto& [when, job] : waiting_) due.emplace(Clock::time_point::min(), std::move(job));
  waiting_ = std::move(due);
  changed_.notify_all();
}

bool Workers::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    stopping_ = true;
  }
  hurry();
  std::vector<std::thread> finished;
  {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return threads_.empty(); });
    stopped_ = true;
    finished.swap(finished_);
  }
  for (auto& thread : finished) thread.join();
}

// One thread for each due job, and one that waits for the next due time.
void Workers::provide_thread() {
  if (waiting_.empty()) return;
  const auto due =
      static_cast<std::size_t>(std::distance(waiting_.begin(), waiting_.upper_bound(Clock::now())));
  if (idle_ < std::max<std::size_t>(due, 1) && threads_.size() < max_threads) {
    ++idle_;
    std::thread thread([this] { run(); });
    const auto id = thread.get_id();
    threads_.emplace(id, std::move(thread));
  } else {
    changed_.notify_one();
  }
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  --idle_;
  auto leave_at = Clock::now() + linger;
  for (;;) {
    const auto now = Clock::now();
    if (!waiting_.empty() && waiting_.begin()->first <= now) {
      auto job = std::move(waiting_.extract(waiting_.begin()).mapped());
      provide_thread();
      lock.unlock();
      job();
      job = nullptr;  // its destructor may call back: not under the mutex
      lock.lock();
      leave_at = Clock::now() + linger;
      continue;
    }
    if (waiting_.empty() && (stopping_ || now >= leave_at)) break;
    const auto until = waiting_.empty() ? leave_at : waiting_.begin()->first;
    ++idle_;
    changed_.wait_until(lock, until);
    --idle_;
  }
  finished_.push_back(std::move(threads_.extract(std::this_thread::get_id()).mapped()));
  ended_.notify_all();
}

}  // namespace sidestream::kafka
