#include "connectors/redis/doorbell.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::redis {
namespace {

constexpr std::size_t recent_max = 512;
// A longer block would only save empty replies.
constexpr std::chrono::milliseconds block{5000};
constexpr std::chrono::microseconds pause_per_stream{10};
// How long idle tails wait for those that are being read, so that one XREAD covers both.
constexpr std::chrono::milliseconds arm_delay{5};
constexpr std::chrono::milliseconds unblock_interval{1};

// One poll: some hundred microseconds of the server.
constexpr std::size_t poll_max = 256;
constexpr std::size_t poll_bytes_max = 1024 * 1024;  // if all of them have a new entry
// A round of polls over all other tails takes this long.
constexpr std::chrono::milliseconds poll_round_min{100};
constexpr std::chrono::microseconds poll_round_per_tail{12};

}  // namespace

void Doorbell::add(TailEntry& entry) {
  if (entry.place == TailEntry::Place::none) {
    recent_.size() < recent_max ? make_recent(entry) : make_other(entry);
  }
  if (entry.place == TailEntry::Place::recent) uncovered_.insert(entry.id);
}

void Doorbell::touch(TailEntry& entry) {
  if (entry.place == TailEntry::Place::recent) {
    recent_.splice(recent_.begin(), recent_, entry.recent);
    return;
  }
  make_recent(entry);
  if (recent_.size() <= recent_max) return;
  auto* oldest = tails_.find(recent_.back());
  assert(oldest);
  make_other(*oldest);
}

void Doorbell::make_recent(TailEntry& entry) {
  if (entry.place == TailEntry::Place::other) --others_count_;
  entry.place = TailEntry::Place::recent;
  recent_.push_front(entry.id);
  entry.recent = recent_.begin();
}

void Doorbell::make_other(TailEntry& entry) {
  if (entry.place == TailEntry::Place::recent) {
    recent_.erase(entry.recent);
    uncovered_.erase(entry.id);
  }
  entry.place = TailEntry::Place::other;
  ++others_count_;
  if (!std::exchange(entry.in_others, true)) others_.push_back(entry.id);
}

void Doorbell::remove(TailEntry& entry) {
  if (entry.place == TailEntry::Place::recent) recent_.erase(entry.recent);
  if (entry.place == TailEntry::Place::other) --others_count_;
  entry.place = TailEntry::Place::none;
  uncovered_.erase(entry.id);
}

void Doorbell::arm(Clock::time_point now, bool reading) {
  if (armed_ || !link_.is_up() || now < next_arm_) return;
  if (reading && now < disarmed_at_ + arm_delay) return;
  std::vector<std::string_view> words{"XREAD", "BLOCK", "5000", "COUNT", "1", "STREAMS"};
  std::vector<std::string> ids;
  covered_.clear();
  for (const auto id : recent_) {
    const auto* entry = tails_.find(id);
    if (!can_cover(*entry, now)) continue;
    words.push_back(entry->log);
    ids.push_back(format_entry_id(entry->progress.position));
    covered_.push_back(id);
    uncovered_.erase(id);
  }
  if (ids.empty()) return;
  words.insert(words.end(), ids.begin(), ids.end());
  link_.send(format_command(words), block);
  armed_ = true;
  next_arm_ = now + pause();
}

bool Doorbell::can_cover(const TailEntry& entry, Clock::time_point now) const {
  return entry.state == TailEntry::State::idle && !entry.unreadable && !entry.beyond &&
         entry.uncovered_until <= now;
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
    if (!entry || entry->state != TailEntry::State::idle || entry->unreadable || entry->beyond) {
      continue;
    }
    next =
        std::min(next, std::max({armed_ ? next_unblock_ : next_arm, entry->uncovered_until, now}));
  }
  return next;
}

void Doorbell::disarmed(Clock::time_point now) {
  armed_ = false;
  disarmed_at_ = now;
  for (const auto id : recent_) {
    if (tails_.find(id)->state == TailEntry::State::idle) uncovered_.insert(id);
  }
}

void Doorbell::delay(Clock::time_point now, Clock::duration by) { next_arm_ = now + by; }

Clock::duration Doorbell::pause() const { return pause_per_stream * recent_.size(); }

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
    if (!can_cover(*entry, now)) continue;
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
