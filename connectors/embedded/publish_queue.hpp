#pragma once
// Publishes that wait for the writer, and the batch that it is writing. Each is answered once and
// in time, even if the disk hangs: a separate thread, without disk access, watches the deadlines.
// Private to the folder.
//
//   add() --> queue_ --take()--> batch_ --answer()--> done
//         \-> rejected_ (queue is full) --deadline thread--> done(unavailable)
//
// Thread: add() any; take(), answer(), answer_all(), wait() the writer's; start(), stop() start-up.
// Callbacks run without a lock, on the writer's or the deadline thread.

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

class PublishQueue {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = Connector::PublishCallback;
  struct Entry {
    std::string log;
    Message message;
    // Empty: answered. Guarded by the mutex; the rest belongs to the writer after take().
    Callback done;
    Clock::time_point deadline;
  };

  explicit PublishQueue(ConnectorProbe& probe) : probe_(probe) {}

  void start();
  // Answers everything queued and ends the deadline thread. Requires: the writer has ended.
  void stop();
  // Rejects later publishes and wakes the writer.
  void close();
  void add(std::string log, Message message, Callback done);

  // Waits for a publish, close() or `until`. True: the queue is not empty.
  bool wait(Clock::time_point until);
  bool closed() const;
  // Nothing is queued or unanswered, and it is not closed: a record that is written past the queue
  // overtakes none. Thread: any.
  bool is_idle() const;
  // The next batch. Valid until the next take(). Requires: the previous batch is answered.
  std::span<const Entry> take();
  // Answer one entry of the batch, or all that are still open.
  void answer(std::size_t index, PublishResult result);
  void answer_all(Errc error);
  // Answers everything queued with an error.
  void refuse_queued(Errc error);

 private:
  void finish(Callback done, PublishResult result);
  void watch_deadlines();
  // The next two require the mutex.
  bool all_answered() const;
  std::vector<std::pair<Callback, Errc>> take_expired(Clock::time_point now);

  ConnectorProbe& probe_;
  mutable std::mutex mutex_;
  std::condition_variable added_;    // the writer waits for it
  std::condition_variable watcher_;  // the deadline thread waits for it
  std::deque<Entry> queue_;
  std::size_t queue_bytes_ = 0;
  std::vector<Entry> batch_;
  std::size_t batch_open_ = 0;      // entries of the batch without an answer
  std::vector<Callback> rejected_;  // the queue was full; answered by the deadline thread
  bool closed_ = false;
  bool ended_ = false;
  bool watcher_idle_ = false;  // it waits without a deadline
  std::thread watcher_thread_;
};

}  // namespace sidestream::embedded
