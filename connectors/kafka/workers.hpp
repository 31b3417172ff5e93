#pragma once
// Threads for jobs that wait for the broker. librdkafka's questions block, so each takes a thread
// while it is open; there are as many as there are open questions, up to a bound, and none when all
// is quiet.
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

  // Runs `job` on some thread, not before `delay` has passed. False, and nothing is run, once all
  // is over.
  bool submit(Job job, std::chrono::milliseconds delay = std::chrono::milliseconds(0));
  // What waits for its time may start now: the broker is back.
  void hurry();

  // Jobs ask it first: true from stop() on. Then they answer Errc::stopped and submit nothing.
  bool stopping() const;
  // Runs all jobs that wait, at once, and returns when they and all threads have ended.
  void stop();

 private:
  void run();
  void provide_thread();  // under mutex_

  static constexpr std::size_t most_threads = 32;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable ended_;
  // By the time from which they may run; equal times in the order of submission.
  std::multimap<Clock::time_point, Job> waiting_;
  std::map<std::thread::id, std::thread> threads_;
  std::vector<std::thread> finished_;  // to be joined by whoever comes next
  std::size_t idle_ = 0;               // threads that wait, or have just been made
  bool stopping_ = false;
  bool over_ = false;
};

}  // namespace sidestream::kafka
