#pragma once
// One thread that serves a few links: waits until one is ready, something is due or somebody wakes
// it.
//
// Owns its thread. Between start() and stop() everything of the links happens on it.

#include <atomic>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "connectors/redis/link.hpp"

namespace sidestream::redis {

class Loop {
 public:
  // Does what is due, and answers when something will be next (max: nothing).
  using Turn = std::function<Clock::time_point(Clock::time_point now)>;

  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // `turn` is called after each round of the links. Borrows the links.
  void start(std::vector<Link*> links, Turn turn);
  // Thread: any but the loop's. Waits for the thread's end; repeated calls do nothing.
  void stop();
  // Thread: any. The next turn comes at once; many wakes make one.
  void wake();

 private:
  void run();
  void wait(Clock::time_point until);
  void drain();

  const int event_;
  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
  std::vector<Link*> links_;
  std::vector<pollfd> ready_;
  Turn turn_;
  std::thread thread_;
};

}  // namespace sidestream::redis
