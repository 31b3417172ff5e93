#include "sidecar/stream/end/ended_logs.hpp"

#include <functional>

namespace sidestream {

std::size_t EndedLogs::place_of(const Connector& connector, const std::string& log) {
  return (std::hash<std::string>()(log) ^ std::hash<const Connector*>()(&connector)) % places;
}

void EndedLogs::remember(const std::shared_ptr<Topic>& topic, const std::string& log,
                         const LogEnd& end, Ticket ticket, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_) make_room(now);
  entries_.insert_or_assign({topic.get(), log}, Entry{topic, end, ticket, now + lifetime});
}

// Requires: the lock.
void EndedLogs::make_room(Clock::time_point now) {
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() >= most_) entries_.clear();
}

std::optional<LogEnd> EndedLogs::find(const std::shared_ptr<Topic>& topic, const std::string& log,
                                      Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find({topic.get(), log});
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  const bool valid =
      now < entry.until && entry.ticket == ticket(*topic, log) && entry.topic.lock() == topic;
  return valid ? std::optional(entry.end) : std::nullopt;
}

}  // namespace sidestream
