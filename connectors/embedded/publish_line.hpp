#pragma once
// Publishes that wait for the writer, and those that it has in hand. Each is answered once, in
// time, whatever the disk does: a thread of its own, which touches no disk, watches the deadlines.
// Private to the folder.
//
// Thread: add() any; take(), answer_*(), wait() the writer's; start(), stop() start-up. Callbacks
// are called without a lock, by the writer or the deadline thread.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream::embedded {

class PublishLine {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = Connector::Callback<Published>;
  struct Entry {
    std::string log;
    Message message;
    Callback done;  // empty: answered. Guarded, unlike the rest, which is the writer's once taken
    Clock::time_point deadline;
  };

  explicit PublishLine(ConnectorProbe& probe) : probe_(probe) {}

  void start();
  // Answers what waits and ends the deadline thread. Requires: the writer has ended.
  void stop();
  // From now on nothing is taken in; the writer is woken.
  void close();
  void add(std::string log, Message message, Callback done);

  // Until something waits, close() or `until`; whether something waits.
  bool wait(Clock::time_point until);
  bool closed() const;
  // The next batch. Valid until answered.
  std::span<const Entry> take();
  // Of the batch in hand; by index, and the rest at once.
  void answer(std::size_t index, Result<Published> result);
  void answer_all(Errc error);
  // What waits is answered with this.
  void refuse_waiting(Errc error);

 private:
  void finish(Callback done, Result<Published> result);
  void watch_deadlines();
  // With the lock held.
  bool all_answered() const;
  std::vector<std::pair<Callback, Errc>> take_late(Clock::time_point now);

  ConnectorProbe& probe_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_, watch_;
  std::deque<Entry> waiting_;
  std::vector<Entry> in_hand_;
  std::size_t unanswered_in_hand_ = 0;
  std::vector<Callback> turned_away_;  // too many wait; the deadline thread tells them
  std::size_t waiting_bytes_ = 0;
  bool closed_ = false;
  bool ended_ = false;
  bool watcher_idle_ = false;
  std::thread watcher_;
};

}  // namespace sidestream::embedded
