#pragma once
// The rate of one kind of log line (GCRA, see rate_limit.hpp), so that a flood writes few lines. A
// line tells how many were left out before it.
//
// Thread: any.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace sidestream {

class LinePace {
 public:
  using Clock = std::chrono::steady_clock;
  struct Rate {
    Clock::duration interval;  // between lines, in the long run
    Clock::duration burst;     // lines at once: burst / interval
  };

  // How many lines were left out since the last one. Nothing: this one is left out too.
  std::optional<std::uint64_t> admit(const Rate& rate, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const auto whole_at = std::max(whole_at_, now) + rate.interval;
    if (whole_at - now > rate.burst) {
      ++left_out_;
      return std::nullopt;
    }
    whole_at_ = whole_at;
    return std::exchange(left_out_, 0);
  }

 private:
  std::mutex mutex_;
  Clock::time_point whole_at_{};
  std::uint64_t left_out_ = 0;
};

}  // namespace sidestream
