#pragma once
// All topics, which requests they take, and the logs that are open.
//
// Thread: any. Owns topics and open logs; borrows the connectors.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/base/log.hpp"
#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/topic.hpp"

namespace sidestream {

class Topics {
 public:
  using Clock = std::chrono::steady_clock;
  using Find = std::function<Connector&(const std::string& name)>;

  Topics(const std::vector<TopicSettings>& settings, const Find& connector, Memory& memory,
         ReplayPool& pool, Log log);

  struct Match {
    Topic* topic = nullptr;
    std::string log;            // the log that the request names; empty with `bad_parameter`
    std::string bad_parameter;  // name of a parameter whose value can't be one
  };
  // `segments`: of the request's path, percent-decoded one by one. Nothing: no topic's path.
  std::optional<Match> match(std::span<const std::string> segments);
  // By name; a template is found too, though it names no log.
  Topic* find(std::string_view name);

  // The open log, opened now if it isn't, with one reader entered. The caller leaves it.
  std::shared_ptr<OpenLog> enter(Topic& topic, const std::string& log);

  // Closes logs whose readers have gone for longer than `linger`, and shares the memory among the
  // others; asks again for starts that wait. Once a second or so; not on an event loop, as ending a
  // tail may wait for its thread.
  void tidy(Clock::time_point now);
  // Ends all tails. Nothing may be entered any more.
  void close();

  // For /topics and /metrics.
  std::vector<const Topic*> topics() const;
  std::vector<std::shared_ptr<OpenLog>> open_logs() const;

 private:
  struct Entry {
    std::unique_ptr<Topic> topic;
    Pieces path;
    Pieces log;
    std::map<std::string, std::shared_ptr<OpenLog>, std::less<>> open;
  };
  static bool fits(const Pieces& path, std::span<const std::string> segments);
  void share_memory();

  Memory& memory_;
  ReplayPool& pool_;
  Log log_;
  std::vector<std::unique_ptr<Entry>> entries_;
  mutable std::mutex mutex_;  // guards Entry::open
  bool closed_ = false;
};

}  // namespace sidestream
