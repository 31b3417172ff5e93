#include "connectors/kafka/once_memory.hpp"

namespace sidestream::kafka {

std::optional<PublishResult> OnceMemory::find(const Message::Once& once, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(once.name);
  if (found == known_.end() || found->second.until <= now) return std::nullopt;
  if (found->second.content != once.content) return PublishResult(Errc::conflict);
  Published published = found->second.published;
  published.is_new = false;
  return PublishResult(published);
}

void OnceMemory::add(const Message::Once& once, const Published& published, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const bool added =
      known_.insert_or_assign(once.name, Known{once.content, published, now + once.time}).second;
  if (added) order_.push_back(once.name);
  while (order_.size() > names_max || (!order_.empty() && known_.at(order_.front()).until <= now)) {
    known_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace sidestream::kafka
