#pragma once
// The minimum rate of a request's body: 1 KiB/s over 10 s. Counts only the time in which bytes are
// waited for. Pure.
//
// Thread: one.

#include <chrono>
#include <cstddef>

namespace sidestream {

class MinimumRate {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // How long the next read may wait.
  Duration allowance() const { return window - waited_; }
  // A read has waited for `waited` and returned `size` bytes.
  void add(Duration waited, std::size_t size) {
    waited_ += waited;
    received_ += size;
    if (received_ < window_bytes) return;
    waited_ = {};
    received_ = 0;
  }

 private:
  static constexpr std::chrono::seconds window{10};
  static constexpr std::size_t window_bytes = 10 * 1024;

  Duration waited_{};
  std::size_t received_ = 0;
};

}  // namespace sidestream
