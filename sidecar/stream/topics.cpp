#include "sidecar/stream/topics.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {

Topics::Topics(const std::vector<TopicSettings>& settings, const Find& connector, Memory& memory,
               ReplayPool& pool, Log log)
    : memory_(memory), pool_(pool), log_(std::move(log)) {
  for (const TopicSettings& topic : settings) {
    auto entry = std::make_unique<Entry>();
    entry->topic = std::make_unique<Topic>(topic, connector(topic.from));
    entry->path = parse_path(topic.path).value;
    entry->log = parse_log_name(topic.log).value;
    entries_.push_back(std::move(entry));
  }
}

bool Topics::fits(const Pieces& path, std::span<const std::string> segments) {
  return std::equal(path.begin(), path.end(), segments.begin(), segments.end(),
                    [](const Piece& piece, const std::string& segment) {
                      return piece.parameter || piece.text == segment;
                    });
}

std::optional<Topics::Match> Topics::match(std::span<const std::string> segments) {
  for (const auto& entry : entries_) {
    if (!fits(entry->path, segments)) continue;
    Match match{entry->topic.get(), {}, {}};
    std::map<std::string_view, std::string_view> values;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const Piece& piece = entry->path[i];
      if (!piece.parameter) continue;
      if (!is_parameter_value(segments[i])) {
        match.bad_parameter = piece.text;
        return match;
      }
      values[piece.text] = segments[i];
    }
    for (const Piece& piece : entry->log) {
      match.log.append(piece.parameter ? values[piece.text] : std::string_view(piece.text));
    }
    return match;
  }
  return std::nullopt;
}

Topic* Topics::find(std::string_view name) {
  for (const auto& entry : entries_) {
    if (entry->topic->settings.name == name) return entry->topic.get();
  }
  return nullptr;
}

std::shared_ptr<OpenLog> Topics::enter(Topic& topic, const std::string& log) {
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry->topic.get() != &topic) continue;
    auto& open = entry->open[log];
    if (!open) {
      open = std::make_shared<OpenLog>(topic, log, memory_, pool_, log_);
      if (closed_) open->close();
    }
    open->enter();
    return open;
  }
  return nullptr;
}

void Topics::tidy(Clock::time_point now) {
  std::vector<std::shared_ptr<OpenLog>> idle;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
      const auto linger = entry->topic->settings.linger;
      std::erase_if(entry->open, [&](auto& named) {
        if (!named.second->idle_since(now - linger)) return false;
        idle.push_back(std::move(named.second));
        return true;
      });
    }
    share_memory();
  }
  for (const auto& log : idle) log->close();
  for (const auto& log : open_logs()) log->ask_again();
}

// A topic's log bytes cover all its logs, and all topics together stay within the budget.
void Topics::share_memory() {
  std::uint64_t wanted = 0;
  for (const auto& entry : entries_) {
    if (!entry->open.empty()) wanted += entry->topic->settings.log_bytes;
  }
  const std::uint64_t budget = memory_.log_budget();
  const double scale =
      wanted > budget ? static_cast<double>(budget) / static_cast<double>(wanted) : 1.0;
  for (const auto& entry : entries_) {
    for (const auto& [name, open] : entry->open) {
      const double share = static_cast<double>(entry->topic->settings.log_bytes) * scale;
      open->log().set_bytes_max(
          static_cast<std::uint64_t>(share / static_cast<double>(entry->open.size())));
    }
  }
}

void Topics::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const auto& log : open_logs()) log->close();
}

std::vector<const Topic*> Topics::topics() const {
  std::vector<const Topic*> all;
  for (const auto& entry : entries_) all.push_back(entry->topic.get());
  return all;
}

std::vector<std::shared_ptr<OpenLog>> Topics::open_logs() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<OpenLog>> all;
  for (const auto& entry : entries_) {
    for (const auto& [name, open] : entry->open) all.push_back(open);
  }
  return all;
}

}  // namespace sidestream
