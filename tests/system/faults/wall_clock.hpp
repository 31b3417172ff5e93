#pragma once
// The wall clock of one sidecar, over all of its processes: the machine's plus an offset. A library
// that is preloaded into the sidecar adds it (skewed_clock.cpp).
//
// Thread: one at a time. Errors: throws std::runtime_error if there is no such library.

#include <atomic>
#include <cstdint>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e::faults {

class WallClock {
 public:
  // A sanitizer's own library has to be loaded before all others.
  static constexpr bool can_jump = !sanitized;

  WallClock();
  ~WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

  // For the sidecar's process.
  Process::Environment environment() const;
  void jump(int seconds);
  // Ahead of the machine's. Thread: any.
  std::int64_t ahead_seconds() const { return *nanoseconds_ / 1'000'000'000; }

 private:
  TempDir folder_;
  std::atomic<std::int64_t>* nanoseconds_ = nullptr;  // in a file that the sidecar maps
};

}  // namespace e2e::faults
