#pragma once
// Threads for jobs that block on the broker: librdkafka's queries do. There are as many threads as
// open queries, up to a limit, and none while the connector is idle. A pool of fixed size would
// either be too small for an outage or idle for the rest of the time.
//
// Thread: any. Jobs may submit jobs.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace sidestream::kafka {

class Workers {
 public:
  using Clock = std::chrono::steady_clock;
  using Job = std::function<void()>;

  Workers() = default;
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Runs `job` on some thread, after `delay`. False, and the job is dropped, once stop() has
  // returned.
  bool submit(Job job, std::chrono::milliseconds delay = std::chrono::milliseconds(0));
  // Runs all delayed jobs now: the broker is back.
  void hurry();

  // True from stop() on. Jobs check it first; then they answer Errc::stopped and submit nothing.
  bool stopping() const;
  // Runs all waiting jobs at once; returns when the jobs and threads have ended. Idempotent.
  void stop();

 private:
  void run();
  void provide_thread();  // under mutex_

  static constexpr std::size_t max_threads = 32;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable ended_;
  // By due time; jobs of the same time in the order of submission.
  std::multimap<Clock::time_point, Job> waiting_;
  std::map<std::thread::id, std::thread> threads_;
  std::vector<std::thread> finished_;  // joined by the next submit() or stop()
  std::size_t idle_ = 0;               // threads that wait, or have just been created
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace sidestream::kafka
