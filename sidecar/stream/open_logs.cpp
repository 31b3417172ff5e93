#include "sidecar/stream/open_logs.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/log/log_shares.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

// Of a log of which no reader was sent a record, or whose topic has refused a reader.
constexpr Milliseconds short_linger = 1s;

}  // namespace

std::variant<LogPlace, LimitRefusal> OpenLogs::admit(const Topic& topic, std::size_t open,
                                                     const TakeLogPlace& take_place) {
  if (open >= topic.settings.max_logs) return LimitRefusal::max_logs;
  auto place = take_place();
  if (!place) return LimitRefusal::logs_per_address;
  return std::move(*place);
}

OpenLogs::Entered OpenLogs::enter(const std::shared_ptr<Topic>& topic, const std::string& name,
                                  const TakeLogPlace& take_place) {
  const std::lock_guard lock(mutex_);
  LogsOfTopic& of_topic = open_[topic];
  auto found = of_topic.logs.find(name);
  if (found == of_topic.logs.end()) {
    auto admitted = admit(*topic, of_topic.logs.size(), take_place);
    if (const auto* refused = std::get_if<LimitRefusal>(&admitted)) {
      if (*refused == LimitRefusal::max_logs) of_topic.full = true;
      return {nullptr, *refused};
    }
    auto log = std::make_shared<OpenLog>(topic, name, pool_, logger_, ended_);
    // Until share_memory() has seen it.
    log->topic_log().set_bytes_max(topic->settings.log_bytes / (of_topic.logs.size() + 1));
    if (closed_) log->close();
    Opened opened{std::move(log), std::get<LogPlace>(std::move(admitted))};
    found = of_topic.logs.emplace(name, std::move(opened)).first;
  }
  found->second.log->enter();
  return {found->second.log, std::nullopt};
}

std::optional<LimitRefusal> OpenLogs::check(const std::shared_ptr<Topic>& topic,
                                            const std::string& name,
                                            const TakeLogPlace& take_place) const {
  const std::lock_guard lock(mutex_);
  const auto of_topic = open_.find(topic);
  const bool known = of_topic != open_.end();
  if (known && of_topic->second.logs.contains(name)) return std::nullopt;
  const std::size_t open = known ? of_topic->second.logs.size() : 0;
  const auto admitted = admit(*topic, open, take_place);
  const auto* refused = std::get_if<LimitRefusal>(&admitted);
  return refused ? std::optional(*refused) : std::nullopt;
}

void OpenLogs::tidy(Clock::time_point now) {
  std::vector<std::shared_ptr<OpenLog>> idle;
  {
    const std::lock_guard lock(mutex_);
    idle = take_idle(now);
    share_memory();
  }
  for (const auto& log : idle) log->close();
  for (const auto& log : all()) log->retry_starts(now);
}

std::vector<std::shared_ptr<OpenLog>> OpenLogs::take_idle(Clock::time_point now) {
  std::vector<std::shared_ptr<OpenLog>> idle;
  for (auto& [topic, of_topic] : open_) {
    const bool retired = topic->retired.load(std::memory_order_relaxed) != Retired::no;
    const auto longest = retired ? Milliseconds(0) : topic->settings.linger;
    const auto shorter = std::min(longest, short_linger);
    const bool full = std::exchange(of_topic.full, false);
    std::erase_if(of_topic.logs, [&](auto& named) {
      auto& log = named.second.log;
      if (!log->idle_since(now - (full || !log->has_served() ? shorter : longest))) return false;
      idle.push_back(std::move(log));
      return true;
    });
  }
  std::erase_if(open_, [](const auto& entry) { return entry.second.logs.empty(); });
  return idle;
}

// All logs of a topic share its `log` bytes by use. If the topics that hold frames exceed the
// budget together, each gets proportionally less.
void OpenLogs::share_memory() {
  std::vector<std::vector<std::uint64_t>> used;  // of the topics' logs
  std::uint64_t wanted = 0;
  for (const auto& [topic, of_topic] : open_) {
    auto& bytes = used.emplace_back();
    bytes.reserve(of_topic.logs.size());
    for (const auto& [name, opened] : of_topic.logs) {
      bytes.push_back(opened.log->topic_log().bytes());
    }
    const bool holds_frames = std::ranges::any_of(bytes, [](auto n) { return n > 0; });
    if (holds_frames) wanted += topic->settings.log_bytes;
  }
  const std::uint64_t budget = memory_.log_budget();
  const double scale =
      wanted > budget ? static_cast<double>(budget) / static_cast<double>(wanted) : 1.0;
  auto bytes = used.begin();
  for (const auto& [topic, of_topic] : open_) {
    const double share = static_cast<double>(topic->settings.log_bytes) * scale;
    const auto limits = share_by_use(static_cast<std::uint64_t>(share), *bytes++);
    auto limit = limits.begin();
    for (const auto& [name, opened] : of_topic.logs) {
      opened.log->topic_log().set_bytes_max(*limit++);
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
  logs.reserve(found->second.logs.size());
  for (const auto& [name, opened] : found->second.logs) logs.push_back(opened.log);
  return logs;
}

std::vector<std::shared_ptr<OpenLog>> OpenLogs::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<OpenLog>> all;
  for (const auto& [topic, of_topic] : open_) {
    for (const auto& [name, opened] : of_topic.logs) all.push_back(opened.log);
  }
  return all;
}

}  // namespace sidestream
