// The half of a StreamTable that looks at all streams once in a while: heartbeats, deadlines, dead
// peers, and the ends that the server wants.

#include <algorithm>
#include <chrono>
#include <span>

#include "sidecar/http/streams/stream_table.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto peers_every = 5s;
// After a reload the streams of a topic don't all end in one turn.
constexpr std::chrono::milliseconds reload_window{1000};
// For a reader that takes its last bytes slowly.
constexpr auto goodbye_max = 10s;

}  // namespace

void StreamTable::schedule_sweep() {
  if (closed_) return;
  timer_.expires_after(sweep_every_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void StreamTable::sweep() {
  look_at_clocks();
  const auto now = now_;
  const bool look_at_peers = now - peers_looked_at_ >= peers_every;
  if (look_at_peers) peers_looked_at_ = now;
  if (!draining_) end_retired();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].stream) sweep_one(slot, now, look_at_peers);
  }
  count_lag();
}

void StreamTable::sweep_one(std::uint32_t slot, Clock::time_point now, bool look_at_peers) {
  Stream& stream = *slots_[slot].stream;
  const bool due = now >= stream.end_at;
  if (due && stream.told) return close(slot, stream.ends_for);
  if (stream.ending) return;
  if (look_at_peers && stream.outlet->peer_is_dead()) {
    return close(slot, CloseReason::dead_peer);
  }
  if (memory_.pinned_too_much() && stream.subscription.holds() > 0) {
    return close(slot, CloseReason::slow);
  }
  const auto silence = now - stream.last_sent + sweep_every_ / 2;
  const bool silent = !stream.blocked && silence >= std::chrono::milliseconds(stream.heartbeat_ms);
  if (!due && !silent && !stream.subscription.cooling()) return;
  if (due) tell_end(stream);
  stream.subscription.tick();
  if (silent) beat(slot, stream);
  pump(slot);
}

void StreamTable::count_lag() {
  for (auto& [log, members] : logs_) {
    LogState* state = &members->state();
    std::uint64_t most = 0;
    for (const std::uint32_t slot : members->streams()) {
      const Stream& stream = *slots_[slot].stream;
      // Of several topics one can't tell which lags here; the topic's own streams tell.
      if (stream.memberships.size() == 1) {
        most = std::max(most, stream.subscription.lag(std::span<LogState* const>(&state, 1)));
      }
    }
    members->set_slowest_lag(most);
  }
}

// ---- the ends that the server wants ----

// Three quarters of the age at least: those that came in one rush don't leave in one.
void StreamTable::set_age(Stream& stream, Milliseconds max_age) {
  if (draining_) {
    stream.end_at = stream.began;
  } else if (max_age.count() > 0) {
    const auto age = random_between(max_age.count() - max_age.count() / 4, max_age.count());
    stream.end_at = stream.began + std::chrono::milliseconds(age);
    stream.ends_for = CloseReason::max_age;
  }
}

void StreamTable::drain(std::chrono::milliseconds window) {
  draining_ = true;
  for (Slot& slot : slots_) {
    if (slot.stream) end_within(*slot.stream, CloseReason::drain, window);
  }
}

// Streams of topics that the configuration has no longer, or not so.
void StreamTable::end_retired() {
  for (auto& [log, members] : logs_) {
    const Retired retired = log->topic().retired.load(std::memory_order_relaxed);
    if (retired == Retired::no) continue;
    const auto reason = retired == Retired::changed ? CloseReason::reload : CloseReason::removed;
    for (const std::uint32_t slot : members->streams()) {
      Stream& stream = *slots_[slot].stream;
      const bool known =
          stream.ends_for == CloseReason::reload || stream.ends_for == CloseReason::removed;
      if (!known) end_within(stream, reason, reload_window);
    }
  }
}

void StreamTable::end_within(Stream& stream, CloseReason reason, std::chrono::milliseconds window) {
  if (stream.told) return;
  const auto at = Clock::now() + std::chrono::milliseconds(random_between(0, window.count()));
  stream.end_at = std::min(stream.end_at, at);
  stream.ends_for = reason;
}

void StreamTable::tell_end(Stream& stream) {
  stream.told = true;
  stream.end_at = now_ + goodbye_max;
  stream.subscription.end(sidestream::name_of(stream.ends_for),
                          random_between(stream.retry_least_ms, stream.retry_most_ms));
}

void StreamTable::close_all() {
  closed_ = true;
  timer_.cancel();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].stream) close(slot, CloseReason::drain);
  }
}

std::int64_t StreamTable::random_between(std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
}

}  // namespace sidestream
