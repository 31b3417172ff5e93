#pragma once
// The logs that are open, of all topics.
//
// Thread: any. Owns the open logs.

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

  // Borrows memory and pool.
  OpenLogs(Memory& memory, ReplayPool& pool, Logger log)
      : memory_(memory), pool_(pool), log_(std::move(log)) {}

  // The open log, opened now if it isn't, with one reader entered. The caller leaves it.
  std::shared_ptr<OpenLog> enter(const std::shared_ptr<Topic>& topic, const std::string& name);

  // Closes logs whose readers have gone for longer than `linger`, or whose topic is retired, and
  // shares the memory among the others; asks again for starts that wait. Once a second or so; not
  // on an event loop, as ending a tail may wait for its thread.
  void tidy(Clock::time_point now);
  // Ends all tails. Nothing may be entered any more.
  void close();

  // For /topics and /metrics. The open logs of one topic cost one look-up.
  std::vector<std::shared_ptr<OpenLog>> of(const std::shared_ptr<Topic>& topic) const;
  std::vector<std::shared_ptr<OpenLog>> all() const;

 private:
  using Named = std::map<std::string, std::shared_ptr<OpenLog>, std::less<>>;
  void share_memory();

  Memory& memory_;
  ReplayPool& pool_;
  Logger log_;
  mutable std::mutex mutex_;  // guards the following
  std::map<std::shared_ptr<Topic>, Named> open_;
  bool closed_ = false;
};

}  // namespace sidestream
