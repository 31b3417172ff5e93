#pragma once
// One thread that drives its links. It waits until a link is ready, work is due or wake() is
// called.
//
// Owns its thread. Between start() and stop(), everything of the links happens on that thread.

#include <atomic>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "connectors/redis/link.hpp"

namespace sidestream::redis {

class Loop {
 public:
  // Does the work that is due. Returns when more will be due; time_point::max(): nothing is
  // planned.
  using Handler = std::function<Clock::time_point(Clock::time_point now)>;

  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // In each round the links make a step, then `handler` runs, then the links flush. Borrows the
  // links. Requires: not started before.
  void start(std::vector<Link*> links, Handler handler);
  // One link more, from this round on. Thread: the loop's.
  void add(Link& link);
  // Waits for the thread to end. Repeated calls do nothing. Thread: any but the loop's.
  void stop();
  // Starts the next round at once. Many calls make one round. Thread: any.
  void wake();

 private:
  void run();
  void wait(Clock::time_point until);
  void clear_event();

  const int event_;  // eventfd(2)
  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
  std::vector<Link*> links_;
  std::vector<pollfd> poll_entries_;  // of the links, in order; the last is event_
  Handler handler_;
  std::thread thread_;
};

}  // namespace sidestream::redis
