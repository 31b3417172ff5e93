#include "sidecar/auth/token/key_refresh.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace sidestream {

void KeyRefresh::started(Time now) {
  assert(due() <= now);
  static_cast<void>(now);
  fetching_ = true;
  if (look_up_ == State::wanted) look_up_ = State::running;
}

bool KeyRefresh::succeeded(Time now, std::optional<std::chrono::seconds> max_age) {
  failures_ = 0;
  due_ = now + std::clamp(max_age.value_or(interval), interval_min, interval_max);
  return ended(now);
}

bool KeyRefresh::failed(Time now, double jitter) {
  constexpr unsigned doublings_max = 6;  // beyond retry_max
  const auto limit = std::min(retry_max, retry_min * (1U << std::min(failures_, doublings_max)));
  ++failures_;
  const double share = 1 - std::clamp(jitter, 0.0, 1.0) / 2;
  due_ = now + std::chrono::milliseconds(
                   static_cast<std::int64_t>(static_cast<double>(limit.count()) * share));
  return ended(now);
}

// A look-up that was wanted while another fetch ran is due now.
bool KeyRefresh::ended(Time now) {
  assert(fetching_);
  fetching_ = false;
  if (look_up_ == State::wanted) due_ = now;
  if (look_up_ != State::running) return false;
  look_up_ = State::none;
  return true;
}

KeyRefresh::LookUp KeyRefresh::want_key(Time now) {
  if (look_up_ == State::wanted) return LookUp::wanted;
  if (look_up_ == State::running) return LookUp::running;
  if (last_look_up_ && now < next_look_up()) return LookUp::refused;
  last_look_up_ = now;
  look_up_ = State::wanted;
  due_ = now;
  return LookUp::wanted;
}

}  // namespace sidestream
