#include "connectors/redis/tail_table.hpp"

#include <cassert>
#include <utility>

namespace sidestream::redis {

TailEntry& TailTable::add(TailId id, std::string log, std::shared_ptr<TailSlot> slot,
                          Progress progress) {
  assert(!entries_.contains(id));
  auto& entry = *(entries_[id] = std::make_unique<TailEntry>());
  entry.id = id;
  entry.log = std::move(log);
  entry.slot = std::move(slot);
  entry.progress = progress;
  by_log_.emplace(entry.log, &entry);
  return entry;
}

void TailTable::remove(TailId id) {
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

TailEntry* TailTable::find(TailId id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

std::vector<TailEntry*> TailTable::of_log(std::string_view log) {
  std::vector<TailEntry*> found;
  const auto [first, last] = by_log_.equal_range(log);
  for (auto it = first; it != last; ++it) found.push_back(it->second);
  return found;
}

void TailTable::make_ready(TailEntry& entry) {
  if (entry.state == TailEntry::State::ready) return;
  entry.state = TailEntry::State::ready;
  ready_.push_back(entry.id);
}

TailEntry* TailTable::take_ready() {
  while (!ready_.empty()) {
    auto* entry = find(ready_.front());
    ready_.pop_front();
    if (entry && entry->state == TailEntry::State::ready) return entry;
  }
  return nullptr;
}

TailEntry* TailTable::take_due_check(Clock::time_point now) {
  while (!checks_.empty() && checks_.top().when <= now) {
    const auto check = checks_.top();
    checks_.pop();
    if (auto* entry = find(check.id)) return entry;
  }
  return nullptr;
}

Clock::time_point TailTable::next_check() const {
  return checks_.empty() ? Clock::time_point::max() : checks_.top().when;
}

}  // namespace sidestream::redis
