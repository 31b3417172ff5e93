#include "sidecar/http/streams/stream_rights.hpp"

#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

constexpr std::int64_t announced_before_ms = 30'000;
constexpr unsigned failures_most = 3;

std::int64_t to_ms(std::chrono::sys_seconds time) { return time.time_since_epoch().count() * 1000; }

}  // namespace

void StreamRights::begin(Clock::time_point now) { schedule(now); }

void StreamRights::schedule(Clock::time_point now) {
  const std::int64_t interval = source_ ? source_->interval().count() : 0;
  if (interval == 0) return;
  next_ = now + std::chrono::milliseconds(random_between(interval - interval / 10, interval));
}

StreamRights::Step StreamRights::step(std::int64_t wall_ms, Clock::time_point now) {
  if (person_->ends_at && person_->ends_at->time_since_epoch().count() <= wall_ms)
    return Step::expire;
  if (!announced_ && person_->expires_at &&
      to_ms(*person_->expires_at) - announced_before_ms <= wall_ms) {
    announced_ = true;
    return Step::announce;
  }
  if (asking_ || now < next_) return Step::none;
  asking_ = true;
  return Step::ask;
}

StreamRights::Outcome StreamRights::take(RightsSource::Answer answer, Clock::time_point now) {
  asking_ = false;
  schedule(now);
  if (answer.kind == RightsSource::Answer::Kind::ended) return Outcome::revoked;
  if (answer.kind == RightsSource::Answer::Kind::unknown)
    return ++failures_ >= failures_most ? Outcome::unavailable : Outcome::held;
  failures_ = 0;
  // A new end is announced anew.
  if (answer.person->ends_at != person_->ends_at) announced_ = false;
  person_ = std::move(answer.person);
  return Outcome::held;
}

}  // namespace sidestream
