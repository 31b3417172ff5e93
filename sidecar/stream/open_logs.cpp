#include "sidecar/stream/open_logs.hpp"

#include <utility>

namespace sidestream {

std::shared_ptr<OpenLog> OpenLogs::enter(const std::shared_ptr<Topic>& topic,
                                         const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& log = open_[topic][name];
  if (!log) {
    log = std::make_shared<OpenLog>(topic, name, pool_, logger_);
    if (closed_) log->close();
  }
  log->enter();
  return log;
}

void OpenLogs::tidy(Clock::time_point now) {
  std::vector<std::shared_ptr<OpenLog>> idle;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [topic, logs] : open_) {
      const bool retired = topic->retired.load(std::memory_order_relaxed) != Retired::no;
      const auto linger = retired ? Milliseconds(0) : topic->settings.linger;
      std::erase_if(logs, [&](auto& named) {
        if (!named.second->idle_since(now - linger)) return false;
        idle.push_back(std::move(named.second));
        return true;
      });
    }
    std::erase_if(open_, [](const auto& entry) { return entry.second.empty(); });
    share_memory();
  }
  for (const auto& log : idle) log->close();
  for (const auto& log : all()) log->retry_starts(now);
}

// All logs of a topic share its `log` bytes. If all topics together exceed the budget, each gets
// proportionally less. Requires: the lock.
void OpenLogs::share_memory() {
  std::uint64_t wanted = 0;
  for (const auto& [topic, logs] : open_) wanted += topic->settings.log_bytes;
  const std::uint64_t budget = memory_.log_budget();
  const double scale =
      wanted > budget ? static_cast<double>(budget) / static_cast<double>(wanted) : 1.0;
  for (const auto& [topic, logs] : open_) {
    const double share = static_cast<double>(topic->settings.log_bytes) * scale;
    for (const auto& [name, log] : logs) {
      log->topic_log().set_bytes_max(
          static_cast<std::uint64_t>(share / static_cast<double>(logs.size())));
    }
  }
}

void OpenLogs::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const auto& log : all()) log->close();
}

std::vector<std::shared_ptr<OpenLog>> OpenLogs::of(const std::shared_ptr<Topic>& topic) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<OpenLog>> logs;
  const auto found = open_.find(topic);
  if (found == open_.end()) return logs;
  logs.reserve(found->second.size());
  for (const auto& [name, log] : found->second) logs.push_back(log);
  return logs;
}

std::vector<std::shared_ptr<OpenLog>> OpenLogs::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<OpenLog>> all;
  for (const auto& [topic, logs] : open_) {
    for (const auto& [name, log] : logs) all.push_back(log);
  }
  return all;
}

}  // namespace sidestream
