#include "connectors/redis/doorbell.hpp"

#include <algorithm>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

// A longer wait only means fewer empty answers.
constexpr std::chrono::milliseconds block{5000};
constexpr std::chrono::microseconds pause_per_stream{5};
// How long the idle ones wait for those that are being read.
constexpr std::chrono::milliseconds courtesy{5};
constexpr std::chrono::milliseconds between_calls{1};
constexpr std::chrono::milliseconds after_trouble{200};

}  // namespace

void Doorbell::arm(Clock::time_point now, bool reading) {
  if (waits_ || !link_.is_up() || now < next_arm_) return;
  if (reading && now < stopped_at_ + courtesy) return;
  std::vector<std::string_view> words{"XREAD", "BLOCK", "5000", "COUNT", "1", "STREAMS"};
  std::vector<std::string> ids;
  book_.each([&](const TailEntry& entry) {
    if (!may_be_heard(entry, now)) return;
    words.push_back(entry.log);
    ids.push_back(format_entry_id(entry.place.position));
    unheard_.erase(entry.id);
  });
  if (ids.empty()) return;
  words.insert(words.end(), ids.begin(), ids.end());
  link_.send(format_command(words), block);
  waits_ = true;
  next_arm_ = now + pause();
}

bool Doorbell::may_be_heard(const TailEntry& entry, Clock::time_point now) const {
  return entry.state == TailEntry::State::idle && !entry.ill && entry.deaf_until <= now;
}

bool Doorbell::should_call_back(Clock::time_point now) const {
  return waits_ && link_.is_up() && now >= next_call_ &&
         std::any_of(unheard_.begin(), unheard_.end(), [&](TailId id) {
           const auto* entry = book_.find(id);
           return entry && may_be_heard(*entry, now);
         });
}

void Doorbell::called_back(Clock::time_point now) {
  next_call_ = now + std::max<Clock::duration>(between_calls, pause());
}

Clock::time_point Doorbell::next(Clock::time_point now, bool reading) const {
  auto next = Clock::time_point::max();
  if (!link_.is_up()) return next;
  const auto may_arm = reading ? std::max(next_arm_, stopped_at_ + courtesy) : next_arm_;
  for (const auto id : unheard_) {
    const auto* entry = book_.find(id);
    if (!entry || entry->state != TailEntry::State::idle || entry->ill) continue;
    next = std::min(next, std::max({waits_ ? next_call_ : may_arm, entry->deaf_until, now}));
  }
  return next;
}

void Doorbell::stopped(Clock::time_point now) {
  waits_ = false;
  stopped_at_ = now;
  book_.each([&](const TailEntry& entry) {
    if (entry.state == TailEntry::State::idle) unheard_.insert(entry.id);
  });
}

void Doorbell::trouble(Clock::time_point now) { next_arm_ = now + after_trouble; }

Clock::duration Doorbell::pause() const { return pause_per_stream * book_.size(); }

}  // namespace sidestream::redis
