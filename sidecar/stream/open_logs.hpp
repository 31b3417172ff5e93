#pragma once
// The open logs of all topics: opens them for readers and closes the idle ones.
//
// Thread: any.
// Owns: the open logs, shared with their readers. Borrows: memory and pool.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

// What a client holds as long as a log that it has opened is open. The layer above knows what it is.
using LogPlace = std::shared_ptr<const void>;
// Called before a log is opened. Nothing: the client must not open it.
using TakeLogPlace = std::function<std::optional<LogPlace>()>;

class OpenLogs {
 public:
  using Clock = std::chrono::steady_clock;

  OpenLogs(Memory& memory, ReplayPool& pool, Logger logger)
      : memory_(memory), pool_(pool), logger_(std::move(logger)) {}

  struct Entered {
    std::shared_ptr<OpenLog> log;         // null: refused
    std::optional<LimitRefusal> refused;  // max_logs or logs_per_address
  };
  // The open log with one reader more; opens it first if necessary, unless the topic has `max_logs`
  // or `take_place` refuses. The caller calls OpenLog::leave().
  Entered enter(const std::shared_ptr<Topic>& topic, const std::string& name,
                const TakeLogPlace& take_place);
  // Why enter() would refuse; opens nothing.
  std::optional<LimitRefusal> check(const std::shared_ptr<Topic>& topic, const std::string& name,
                                    const TakeLogPlace& take_place) const;

  // Closes logs that had no readers for `linger`, at once if their topic is
  // retired. Shares the memory among the others and retries pending starts. Call it about once a
  // second.
  // Requires: not on an event loop, because ending a tail may wait for its thread.
  void tidy(Clock::time_point now);
  // Ends all tails. Logs that are entered later are closed from the start.
  void close();

  // What is remembered of logs that have ended, also of those that are not open.
  EndedLogs& ended() { return *ended_; }

  // The open logs of one topic, with one look-up; and those of all topics.
  std::vector<std::shared_ptr<OpenLog>> of(const std::shared_ptr<Topic>& topic) const;
  std::vector<std::shared_ptr<OpenLog>> all() const;

 private:
  struct Opened {
    std::shared_ptr<OpenLog> log;
    LogPlace place;
  };
  struct LogsOfTopic {
    std::map<std::string, Opened, std::less<>> logs;
    bool full = false;  // refused a reader since the last tidy()
  };

  // All require the lock.
  // The place of one more log beside so many of the topic.
  static std::variant<LogPlace, LimitRefusal> admit(const Topic& topic, std::size_t open,
                                                    const TakeLogPlace& take_place);
  std::vector<std::shared_ptr<OpenLog>> take_idle(Clock::time_point now);
  void share_memory();

  Memory& memory_;
  ReplayPool& pool_;
  Logger logger_;
  const std::shared_ptr<EndedLogs> ended_ = std::make_shared<EndedLogs>();
  mutable std::mutex mutex_;  // guards the following
  std::map<std::shared_ptr<Topic>, LogsOfTopic> open_;
  bool closed_ = false;
};

}  // namespace sidestream
