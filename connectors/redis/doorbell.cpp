#include "connectors/redis/doorbell.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

// One poll: some hundred microseconds of the server.
constexpr std::size_t poll_max = 256;
constexpr std::size_t poll_bytes_max = 1024 * 1024;  // if all of them have a new entry
// A round of polls over all other tails takes this long.
constexpr std::chrono::milliseconds poll_round_min{100};
constexpr std::chrono::microseconds poll_round_per_tail{12};

}  // namespace

Doorbell::Doorbell(const LinkContext& context, LinkOwner& owner, TailTable& tails)
    : context_(context), owner_(owner), tails_(tails) {
  add_bell();
}

void Doorbell::add_bell() { bells_.push_back(std::make_unique<Bell>(context_, owner_, tails_)); }

Link* Doorbell::grow() {
  const auto tails = recent_.size() + others_count_;
  if (bells_.size() == bells_max || tails <= bells_.size() * Bell::tails_max) return nullptr;
  add_bell();
  return &bells_.back()->link();
}

Bell* Doorbell::bell_of(const Link& link) const {
  for (const auto& bell : bells_) {
    if (&bell->link() == &link) return bell.get();
  }
  return nullptr;
}

Bell* Doorbell::with_room() const {
  for (const auto& bell : bells_) {
    if (bell->has_room()) return bell.get();
  }
  return nullptr;
}

void Doorbell::add(TailEntry& entry) {
  if (entry.bell) return entry.bell->became_idle(entry);
  if (entry.place != TailEntry::Place::none) return;
  auto* bell = with_room();
  bell ? make_recent(entry, *bell) : make_other(entry);
}

void Doorbell::touch(TailEntry& entry) {
  if (entry.place == TailEntry::Place::recent) {
    recent_.splice(recent_.begin(), recent_, entry.recent);
    return;
  }
  auto* bell = with_room();
  if (!bell) {
    if (recent_.empty()) return;  // no bell is connected
    auto* oldest = tails_.find(recent_.back());
    assert(oldest);
    bell = oldest->bell;
    make_other(*oldest);
  }
  make_recent(entry, *bell);
}

void Doorbell::leave_place(TailEntry& entry) {
  if (entry.place == TailEntry::Place::other) --others_count_;
  if (entry.place == TailEntry::Place::recent) {
    recent_.erase(entry.recent);
    entry.bell->remove(entry);
  }
  entry.place = TailEntry::Place::none;
}

void Doorbell::make_recent(TailEntry& entry, Bell& bell) {
  leave_place(entry);
  entry.place = TailEntry::Place::recent;
  recent_.push_front(entry.id);
  entry.recent = recent_.begin();
  bell.add(entry);
}

void Doorbell::make_other(TailEntry& entry) {
  leave_place(entry);
  entry.place = TailEntry::Place::other;
  ++others_count_;
  if (!std::exchange(entry.in_others, true)) others_.push_back(entry.id);
}

void Doorbell::remove(TailEntry& entry) { leave_place(entry); }

// Those of the others that come next are with the bell from now on.
void Doorbell::up(Bell& bell, Clock::time_point now) {
  bell.set_up(true, now);
  while (bell.has_room() && !others_.empty()) {
    auto* entry = tails_.find(others_.front());
    others_.pop_front();
    if (!entry) continue;
    entry->in_others = false;
    if (entry->place == TailEntry::Place::other) make_recent(*entry, bell);
  }
}

void Doorbell::down(Bell& bell, Clock::time_point now) {
  bell.set_up(false, now);
  while (!bell.members().empty()) make_other(*tails_.find(bell.members().back()));
}

void Doorbell::arm(Clock::time_point now, bool reading) {
  for (auto left = bells_.size(); left > 0 && now >= next_arm_; --left) {
    last_armed_ = (last_armed_ + 1) % bells_.size();
    if (const auto covered = bells_[last_armed_]->arm(now, reading)) {
      next_arm_ = now + Bell::pause_of(covered);
    }
  }
}

Bell* Doorbell::to_unblock(Clock::time_point now) const {
  if (now < next_arm_) return nullptr;
  for (const auto& bell : bells_) {
    if (bell->should_unblock(now)) return bell.get();
  }
  return nullptr;
}

Clock::time_point Doorbell::next(Clock::time_point now, bool reading) const {
  auto next = Clock::time_point::max();
  for (const auto& bell : bells_) {
    next = std::min(next, bell->next(std::max(next_arm_, now), reading));
  }
  return next;
}

void Doorbell::delay(Clock::time_point now, Clock::duration by) { next_arm_ = now + by; }

std::vector<TailId> Doorbell::take_poll(Clock::time_point now, std::string& command) {
  std::vector<TailId> polled;
  if (now < next_poll()) return polled;
  std::vector<std::string_view> words{"XREAD", "COUNT", "1", "STREAMS"};
  std::vector<std::string> ids;
  std::size_t bytes = 0;
  for (auto left = others_.size(); left > 0 && polled.size() < poll_max && bytes < poll_bytes_max;
       --left) {
    const auto id = others_.front();
    others_.pop_front();
    auto* entry = tails_.find(id);
    if (!entry) continue;
    if (entry->place != TailEntry::Place::other) {
      entry->in_others = false;
      continue;
    }
    others_.push_back(id);
    if (!Bell::can_cover(*entry, now)) continue;
    words.push_back(entry->log);
    ids.push_back(format_entry_id(entry->progress.position));
    polled.push_back(id);
    bytes += entry->batch_size.entry_bytes();
  }
  const auto round = std::max<Clock::duration>(poll_round_min, poll_round_per_tail * others_count_);
  next_poll_ = now + round * poll_max / std::max(others_count_, poll_max);
  if (polled.empty()) return polled;
  words.insert(words.end(), ids.begin(), ids.end());
  command = format_command(words);
  polling_ = true;
  return polled;
}

Clock::time_point Doorbell::next_poll() const {
  return polling_ || others_count_ == 0 ? Clock::time_point::max() : next_poll_;
}

}  // namespace sidestream::redis
