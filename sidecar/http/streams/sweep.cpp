#include "sidecar/http/streams/sweep.hpp"

#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto peers_check_interval = 5s;

Sweep::Verdict close(CloseReason reason) { return {reason, false, false}; }

// Returns what the stream's rights ask for.
StreamRights::Step look_at_rights(Stream& stream, const LoopTime& time) {
  StreamRights* rights = stream.rights();
  if (!rights || stream.ending().announced()) return StreamRights::Step::none;
  const StreamRights::Step step = rights->step(time.wall_ms, time.now);
  if (step == StreamRights::Step::announce) stream.announce_expiry();
  if (step == StreamRights::Step::expire)
    stream.ending().end_within(CloseReason::expired, 0ms, time.now, rng());
  return step;
}

}  // namespace

void Sweep::begin(Clock::time_point now) {
  checks_peers_ = now - peers_checked_ >= peers_check_interval;
  if (checks_peers_) peers_checked_ = now;
}

Sweep::Verdict Sweep::look_at(Stream& stream, const LoopTime& time) const {
  const StreamRights::Step rights = look_at_rights(stream, time);
  const bool ask = rights == StreamRights::Step::ask;
  const bool due = stream.ending().is_due(time.now);
  if (due && (stream.ending().announced() || stream.is_cut()))
    return close(stream.ending().reason());
  if (stream.finished) return {};
  if (checks_peers_ && stream.outlet().peer_is_dead()) return close(CloseReason::dead_peer);
  if (memory_.pinned_too_much() && stream.pinned() > 0) return close(CloseReason::slow);
  // To the nearest sweep.
  const auto silence = time.now - stream.last_sent() + pace_.interval() / 2;
  const bool silent = !stream.waits_writable && silence >= stream.heartbeat();
  const bool told = rights == StreamRights::Step::announce;
  const bool unanswered = !due && stream.is_unanswered(time.now);
  if (unanswered) stream.subscription().end_unanswered();
  if (!due && !silent && !told && !unanswered && !stream.subscription().is_paused())
    return {std::nullopt, false, ask};
  if (due) stream.announce_end(time);
  stream.subscription().tick();
  if (silent) stream.subscription().heartbeat();
  return {std::nullopt, true, ask};
}

}  // namespace sidestream
