#pragma once
// Waiting on a condition, with a deadline: the only way anything here lets time pass.
//
// Thread: any.

#include <chrono>
#include <thread>

namespace e2e {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// Instrumented binaries are slower: deadlines that say "it hangs" are stretched by this, while
// limits that are part of a promise (freed within 1 s) are not.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr int patience = 3;
inline constexpr bool sanitized = true;
#elif defined(__SANITIZE_THREAD__)
inline constexpr int patience = 5;
inline constexpr bool sanitized = true;
#else
inline constexpr int patience = 1;
inline constexpr bool sanitized = false;
#endif

class Deadline {
 public:
  explicit Deadline(Clock::duration after) : at_(Clock::now() + after) {}
  bool passed() const { return Clock::now() >= at_; }
  // For poll(2): whole milliseconds, rounded up, 0 once it has passed.
  int left_ms() const {
    const auto left = std::chrono::ceil<Milliseconds>(at_ - Clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

 private:
  Clock::time_point at_;
};

// Whether `condition` became true in time. It is asked once more after the deadline.
template <class Condition>
bool eventually(Condition condition, Clock::duration within = 10s * patience,
                Clock::duration step = 5ms) {
  const Deadline deadline(within);
  while (!condition()) {
    if (deadline.passed()) return condition();
    std::this_thread::sleep_for(step);
  }
  return true;
}

// Whether `condition` stays true for the whole time.
template <class Condition>
bool throughout(Condition condition, Clock::duration time, Clock::duration step = 5ms) {
  return !eventually([&] { return !condition(); }, time, step);
}

}  // namespace e2e
