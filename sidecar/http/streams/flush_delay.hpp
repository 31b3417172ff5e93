#pragma once
// How long an event loop gathers the changes of a log before it delivers them (`flush:`).
//
// `flush: auto` gathers only while the log changes faster than the loop delivers: a change during a
// delivery delays the next one by as long as that delivery took. So a busy loop delivers half of
// the time, and the event that follows a finished delivery is sent at once.
//
// Pure. Thread: one event loop.

#include <algorithm>
#include <chrono>
#include <optional>

namespace sidestream {

class FlushDelay {
 public:
  using Clock = std::chrono::steady_clock;

  // `fixed`: the topic's setting; absent: auto.
  explicit FlushDelay(std::optional<Clock::duration> fixed) : fixed_(fixed) {}

  // When a change that is seen now may be delivered.
  Clock::time_point due() const { return last_end_ + delay_; }
  // Reports a delivery. `changed_during`: the log has changed since it began.
  void delivered(Clock::time_point begin, Clock::time_point end, bool changed_during) {
    last_end_ = end;
    const Clock::duration took = end - begin;
    const bool gathers = changed_during && took >= cheap;
    delay_ = fixed_ ? *fixed_ : gathers ? std::min(took, longest) : Clock::duration(0);
  }

 private:
  static constexpr Clock::duration longest = std::chrono::milliseconds(10);
  // A shorter delivery is not worth any delay.
  static constexpr Clock::duration cheap = std::chrono::microseconds(200);

  std::optional<Clock::duration> fixed_;
  Clock::duration delay_{0};
  Clock::time_point last_end_{};
};

}  // namespace sidestream
