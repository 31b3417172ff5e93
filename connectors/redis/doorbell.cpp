#include "connectors/redis/doorbell.hpp"

#include <algorithm>
#include <cassert>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

// A longer block would only save empty replies.
constexpr std::chrono::milliseconds block{5000};
constexpr std::chrono::microseconds pause_per_stream{5};
// How long idle tails wait for those that are being read, so that one XREAD covers both.
constexpr std::chrono::milliseconds arm_delay{5};
constexpr std::chrono::milliseconds unblock_interval{1};
constexpr std::chrono::milliseconds delay_after_error{200};

}  // namespace

void Doorbell::arm(Clock::time_point now, bool reading) {
  if (armed_ || !link_.is_up() || now < next_arm_) return;
  if (reading && now < disarmed_at_ + arm_delay) return;
  std::vector<std::string_view> words{"XREAD", "BLOCK", "5000", "COUNT", "1", "STREAMS"};
  std::vector<std::string> ids;
  tails_.each([&](const TailEntry& entry) {
    if (!can_cover(entry, now)) return;
    words.push_back(entry.log);
    ids.push_back(format_entry_id(entry.progress.position));
    uncovered_.erase(entry.id);
  });
  if (ids.empty()) return;
  words.insert(words.end(), ids.begin(), ids.end());
  link_.send(format_command(words), block);
  armed_ = true;
  next_arm_ = now + pause();
}

bool Doorbell::can_cover(const TailEntry& entry, Clock::time_point now) const {
  return entry.state == TailEntry::State::idle && !entry.unreadable && entry.uncovered_until <= now;
}

bool Doorbell::should_unblock(Clock::time_point now) const {
  return armed_ && link_.is_up() && now >= next_unblock_ &&
         std::any_of(uncovered_.begin(), uncovered_.end(), [&](TailId id) {
           const auto* entry = tails_.find(id);
           return entry && can_cover(*entry, now);
         });
}

void Doorbell::unblock_sent(Clock::time_point now) {
  assert(armed_);
  next_unblock_ = now + std::max<Clock::duration>(unblock_interval, pause());
}

Clock::time_point Doorbell::next(Clock::time_point now, bool reading) const {
  auto next = Clock::time_point::max();
  if (!link_.is_up()) return next;
  const auto next_arm = reading ? std::max(next_arm_, disarmed_at_ + arm_delay) : next_arm_;
  for (const auto id : uncovered_) {
    const auto* entry = tails_.find(id);
    if (!entry || entry->state != TailEntry::State::idle || entry->unreadable) continue;
    next =
        std::min(next, std::max({armed_ ? next_unblock_ : next_arm, entry->uncovered_until, now}));
  }
  return next;
}

void Doorbell::disarmed(Clock::time_point now) {
  armed_ = false;
  disarmed_at_ = now;
  tails_.each([&](const TailEntry& entry) {
    if (entry.state == TailEntry::State::idle) uncovered_.insert(entry.id);
  });
}

void Doorbell::delay(Clock::time_point now) { next_arm_ = now + delay_after_error; }

Clock::duration Doorbell::pause() const { return pause_per_stream * tails_.size(); }

}  // namespace sidestream::redis
