#pragma once
// The open logs of all topics: opens them for readers and closes the idle ones.
//
// Thread: any.
// Owns: the open logs, shared with their readers. Borrows: memory and pool.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class OpenLogs {
 public:
  using Clock = std::chrono::steady_clock;

  OpenLogs(Memory& memory, ReplayPool& pool, Logger logger)
      : memory_(memory), pool_(pool), logger_(std::move(logger)) {}

  // The open log with one reader more; opens it first if necessary. The caller calls leave().
  std::shared_ptr<OpenLog> enter(const std::shared_ptr<Topic>& topic, const std::string& name);

  // Closes logs that had no readers for `linger`, at once if their topic is retired. Shares the
  // memory among the others and retries pending starts. Call it about once a second.
  // Requires: not on an event loop, because ending a tail may wait for its thread.
  void tidy(Clock::time_point now);
  // Ends all tails. Logs that are entered later are closed from the start.
  void close();

  // The open logs of one topic, with one look-up; and those of all topics.
  std::vector<std::shared_ptr<OpenLog>> of(const std::shared_ptr<Topic>& topic) const;
  std::vector<std::shared_ptr<OpenLog>> all() const;

 private:
  using Named = std::map<std::string, std::shared_ptr<OpenLog>, std::less<>>;
  void share_memory();

  Memory& memory_;
  ReplayPool& pool_;
  Logger logger_;
  mutable std::mutex mutex_;  // guards the following
  std::map<std::shared_ptr<Topic>, Named> open_;
  bool closed_ = false;
};

}  // namespace sidestream
