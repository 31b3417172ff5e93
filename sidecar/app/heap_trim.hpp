#pragma once
// Gives memory back to the system after much of it was released, as after a flood of requests: the
// allocator keeps freed memory otherwise.
//
// Thread: main. An event loop that allocates meanwhile may wait for some milliseconds.

#include <chrono>
#include <cstdint>

namespace sidestream {

class HeapTrim {
 public:
  using Clock = std::chrono::steady_clock;

  // Call about once a second.
  void step(Clock::time_point now);

 private:
  Clock::time_point next_{};
  std::uint64_t kept_ = 0;  // resident after the last trim
};

}  // namespace sidestream
