#pragma once
// The clocks of an event loop, read once for many streams.

#include <chrono>
#include <cstdint>
#include <functional>

namespace sidestream {

struct LoopTime {
  std::chrono::steady_clock::time_point now;
  std::int64_t wall_ms = 0;  // since 1970
};

// Tests have a manual one.
using TimeSource = std::function<LoopTime()>;

LoopTime read_clocks();

}  // namespace sidestream
