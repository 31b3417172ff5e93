#include "connectors/redis/tail_book.hpp"

#include <utility>

namespace sidestream::redis {

TailEntry& TailBook::add(TailId id, std::string log, std::shared_ptr<TailSlot> slot, Place place) {
  auto& entry = *(entries_[id] = std::make_unique<TailEntry>());
  entry.id = id;
  entry.log = std::move(log);
  entry.slot = std::move(slot);
  entry.place = place;
  by_log_.emplace(entry.log, &entry);
  return entry;
}

void TailBook::remove(TailId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const auto [first, last] = by_log_.equal_range(found->second->log);
  for (auto it = first; it != last; ++it) {
    if (it->second->id != id) continue;
    by_log_.erase(it);
    break;
  }
  entries_.erase(found);
}

TailEntry* TailBook::find(TailId id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

std::vector<TailEntry*> TailBook::of_log(const std::string& log) {
  std::vector<TailEntry*> found;
  const auto [first, last] = by_log_.equal_range(log);
  for (auto it = first; it != last; ++it) found.push_back(it->second);
  return found;
}

void TailBook::make_ready(TailEntry& entry) {
  if (entry.state == TailEntry::State::ready) return;
  entry.state = TailEntry::State::ready;
  ready_.push_back(entry.id);
}

TailEntry* TailBook::take_ready() {
  while (!ready_.empty()) {
    auto* entry = find(ready_.front());
    ready_.pop_front();
    if (entry && entry->state == TailEntry::State::ready) return entry;
  }
  return nullptr;
}

TailEntry* TailBook::take_look(Clock::time_point now) {
  while (!looks_.empty() && looks_.top().when <= now) {
    const auto look = looks_.top();
    looks_.pop();
    if (auto* entry = find(look.id)) return entry;
  }
  return nullptr;
}

Clock::time_point TailBook::next_look() const {
  return looks_.empty() ? Clock::time_point::max() : looks_.top().when;
}

}  // namespace sidestream::redis
