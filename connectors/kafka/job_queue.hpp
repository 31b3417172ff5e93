#pragma once
// Jobs of which only a few run at once, on threads of the workers; a limited number waits, in
// order. So a flood of them delays no other job.
//
// Thread: any. Borrows: workers. Outlives the workers' threads.

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class JobQueue {
 public:
  JobQueue(Workers& workers, std::size_t running_max, std::size_t waiting_max)
      : workers_(workers), running_max_(running_max), waiting_max_(waiting_max) {}

  // False: too many wait, and the job was not taken.
  bool submit(Workers::Job job) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= waiting_max_) return false;
      waiting_.push_back(std::move(job));
      if (running_ == running_max_) return true;
      ++running_;
    }
    workers_.submit([this] { run(); });
    return true;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
      auto job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      job();
      job = nullptr;  // its destructor may submit: not under the mutex
      lock.lock();
    }
    --running_;
  }

  Workers& workers_;
  const std::size_t running_max_;
  const std::size_t waiting_max_;
  std::mutex mutex_;  // guards the following
  std::deque<Workers::Job> waiting_;
  std::size_t running_ = 0;  // threads that run jobs of this queue
};

}  // namespace sidestream::kafka
