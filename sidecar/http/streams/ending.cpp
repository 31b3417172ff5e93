#include "sidecar/http/streams/ending.hpp"

#include <algorithm>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto last_bytes_time = 10s;
constexpr auto closing_time = 1s;

}  // namespace

void Ending::set_max_age(Clock::time_point now, std::chrono::milliseconds max_age, Rng& rng) {
  const std::int64_t most = max_age.count();
  if (most <= 0) return;
  at_ = now + std::chrono::milliseconds(random_between(most - most / 4, most, rng));
  reason_ = CloseReason::max_age;
}

void Ending::end_within(CloseReason reason, std::chrono::milliseconds window, Clock::time_point now,
                        Rng& rng) {
  if (announced_) return;
  at_ = std::min(at_, now + std::chrono::milliseconds(random_between(0, window.count(), rng)));
  reason_ = reason;
}

void Ending::announce(Clock::time_point now) {
  announced_ = true;
  at_ = now + last_bytes_time;
}

void Ending::finish(Clock::time_point now, bool reached_end) {
  if (reached_end) reason_ = CloseReason::end;
  announced_ = true;
  at_ = now + closing_time;
}

}  // namespace sidestream
