#pragma once
// Checks the topics with `end:` before anybody reads them: a log with several partitions never
// ends. /readyz shows those that were found (Topic::too_many_partitions).
//
// Thread: main.

#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include "sidecar/base/logger.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

class EndTopics {
 public:
  using Clock = std::chrono::steady_clock;

  explicit EndTopics(Logger log) : log_(std::move(log)) {}

  // Asks the brokers about topics that are new, and again now and then. Templates are checked when
  // their logs are opened. Call it about once a second.
  void step(const TopicMap& topics, Clock::time_point now);

 private:
  void report(const TopicMap& topics);

  const Logger log_;
  std::set<std::weak_ptr<Topic>, std::owner_less<>> asked_, reported_;
  Clock::time_point ask_again_{};
};

}  // namespace sidestream
