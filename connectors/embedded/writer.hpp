#pragma once
// The thread that writes: it opens the database, commits queued publishes in batches, applies
// retention, and reopens the database after a failure. Private to the folder.
//
// Thread: start(), stop() start-up; write_now() any.

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/backoff.hpp"
#include "connectors/embedded/database.hpp"
#include "connectors/embedded/publish_queue.hpp"
#include "connectors/embedded/tails.hpp"

namespace sidestream::embedded {

class Writer {
 public:
  // Borrows all.
  Writer(Database& database, PublishQueue& queue, Tails& tails)
      : database_(database), queue_(queue), tails_(tails) {}

  void start();
  void stop();  // after the current batch

  // In memory there is no disk to wait for: writes a small record on the caller's thread, and
  // passes it to the log's tail. Absent: the database is a file, in use or down, others are queued,
  // or the write failed. Then the record belongs into the queue.
  std::optional<Published> write_now(const std::string& log, const Message& message);

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void open_or_wait();
  void refuse_until_retry();
  void write_batch();
  // Appends and commits. Returns an answer for each entry. Throws SqliteError if none was written.
  static PublishResult append(TableWriter& writer, const PublishQueue::Entry& entry);
  std::vector<PublishResult> write(std::span<const PublishQueue::Entry> batch);
  void maintain();

  Database& database_;
  PublishQueue& queue_;
  Tails& tails_;
  Backoff backoff_;
  bool was_open_ = false;
  Clock::time_point opened_{};
  Clock::time_point next_maintenance_{};
  Clock::duration pass_work_{};  // time spent in the current pass of retention
  bool committing_ = false;      // write() has reached the commit
  std::thread thread_;
};

}  // namespace sidestream::embedded
