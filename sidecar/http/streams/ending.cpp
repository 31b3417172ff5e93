#include "sidecar/http/streams/ending.hpp"

#include <algorithm>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto last_bytes_time = 10s;
constexpr auto closing_time = 1s;

std::chrono::milliseconds random_between(Rng& rng, std::int64_t least, std::int64_t most) {
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(least, most)(rng));
}

}  // namespace

void Ending::set_max_age(Clock::time_point now, std::chrono::milliseconds max_age, Rng& rng) {
  const std::int64_t most = max_age.count();
  if (most <= 0) return;
  at_ = now + random_between(rng, most - most / 4, most);
  reason_ = CloseReason::max_age;
}

void Ending::end_within(CloseReason reason, std::chrono::milliseconds window, Clock::time_point now,
                        Rng& rng) {
  if (announced_) return;
  at_ = std::min(at_, now + random_between(rng, 0, window.count()));
  reason_ = reason;
}

void Ending::announce(Clock::time_point now) {
  announced_ = true;
  at_ = now + last_bytes_time;
}

void Ending::finish(Clock::time_point now) {
  announced_ = true;
  at_ = now + closing_time;
}

}  // namespace sidestream
