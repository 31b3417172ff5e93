#pragma once
// Why something does not work, and since when.
//
// Thread: any.

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace sidestream {

class Trouble {
 public:
  struct State {
    std::int64_t since_ms = 0;  // Unix time; 0: it works
    std::string reason;
  };

  // Returns whether it worked before.
  bool begin(std::int64_t now_ms, std::string reason) {
    const std::lock_guard lock(mutex_);
    const bool worked = state_.since_ms == 0;
    if (worked) state_.since_ms = now_ms;
    state_.reason = std::move(reason);
    return worked;
  }
  // Returns whether it did not work before.
  bool end() {
    const std::lock_guard lock(mutex_);
    return std::exchange(state_, {}).since_ms != 0;
  }
  State state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

 private:
  mutable std::mutex mutex_;
  State state_;
};

}  // namespace sidestream
