#include "connectors/redis/bell.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <string_view>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

// A longer block would only save empty replies.
constexpr std::chrono::milliseconds block{5000};
constexpr std::chrono::microseconds pause_per_tail{10};
// How long idle tails wait for those that are being read, so that one XREAD covers both.
constexpr std::chrono::milliseconds arm_delay{5};
constexpr std::chrono::milliseconds unblock_interval{1};

bool may_be_covered(const TailEntry& entry) {
  return entry.state == TailEntry::State::idle && !entry.unreadable && !entry.beyond;
}

}  // namespace

Clock::duration Bell::pause_of(std::size_t tails) { return pause_per_tail * tails; }

bool Bell::can_cover(const TailEntry& entry, Clock::time_point now) {
  return may_be_covered(entry) && entry.uncovered_until <= now;
}

void Bell::set_up(bool up, Clock::time_point now) {
  up_ = up;
  disarmed(now);
}

void Bell::add(TailEntry& entry) {
  assert(has_room() && !entry.bell);
  entry.bell = this;
  entry.seat = members_.size();
  members_.push_back(entry.id);
  if (entry.state == TailEntry::State::idle) became_idle(entry);
}

void Bell::remove(TailEntry& entry) {
  assert(entry.bell == this && members_[entry.seat] == entry.id);
  members_[entry.seat] = members_.back();
  tails_.find(members_.back())->seat = entry.seat;
  members_.pop_back();
  uncovered_.erase(entry.id);
  entry.bell = nullptr;
}

void Bell::became_idle(const TailEntry& entry) {
  if (armed_) uncovered_.insert(entry.id);
}

std::size_t Bell::arm(Clock::time_point now, bool reading) {
  if (armed_ || !link_.is_up()) return 0;
  if (reading && now < disarmed_at_ + arm_delay) return 0;
  std::vector<std::string_view> words{"XREAD", "BLOCK", "5000", "COUNT", "1", "STREAMS"};
  std::vector<std::string> ids;
  covered_.clear();
  uncovered_.clear();
  for (const auto id : members_) {
    const auto& entry = *tails_.find(id);
    if (!can_cover(entry, now)) {
      if (entry.state == TailEntry::State::idle) uncovered_.insert(id);
      continue;
    }
    words.push_back(entry.log);
    ids.push_back(format_entry_id(entry.progress.position));
    covered_.push_back(id);
  }
  if (ids.empty()) return 0;
  words.insert(words.end(), ids.begin(), ids.end());
  link_.send(format_command(words), block);
  armed_ = true;
  return ids.size();
}

bool Bell::should_unblock(Clock::time_point now) const {
  return armed_ && link_.is_up() && now >= next_unblock_ &&
         std::any_of(uncovered_.begin(), uncovered_.end(),
                     [&](TailId id) { return can_cover(*tails_.find(id), now); });
}

void Bell::unblock_sent(Clock::time_point now) {
  assert(armed_);
  next_unblock_ = now + std::max<Clock::duration>(unblock_interval, pause_of(members_.size()));
}

Clock::time_point Bell::next(Clock::time_point earliest, bool reading) const {
  auto next = Clock::time_point::max();
  if (!link_.is_up()) return next;
  if (armed_) earliest = std::max(earliest, next_unblock_);
  if (!armed_ && reading) earliest = std::max(earliest, disarmed_at_ + arm_delay);
  const auto visit = [&](TailId id) {
    const auto& entry = *tails_.find(id);
    if (may_be_covered(entry)) next = std::min(next, std::max(earliest, entry.uncovered_until));
    return next == earliest;
  };
  armed_ ? std::any_of(uncovered_.begin(), uncovered_.end(), visit)
         : std::any_of(members_.begin(), members_.end(), visit);
  return next;
}

void Bell::disarmed(Clock::time_point now) {
  armed_ = false;
  uncovered_.clear();
  disarmed_at_ = now;
}

}  // namespace sidestream::redis
