#pragma once
// The state of the configuration and its reloads. Thread: any.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sidestream {

class ConfigProbe {
 public:
  struct State {
    bool good = true;                         // the current file is being served
    std::int64_t loaded_ms = 0;               // when the served file was loaded; Unix time
    std::vector<std::string> problems;        // of the file, if it is not good
    std::vector<std::string> restart_needed;  // keys that differ from what is running
    std::uint64_t loads = 0;                  // successful reloads
    std::uint64_t failures = 0;
  };

  void started(std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    state_.loaded_ms = now_ms;
  }
  void loaded(std::int64_t now_ms, std::vector<std::string> restart_needed) {
    const std::lock_guard lock(mutex_);
    state_ = {true, now_ms, {}, std::move(restart_needed), state_.loads + 1, state_.failures};
  }
  void failed(std::vector<std::string> problems) {
    const std::lock_guard lock(mutex_);
    state_.good = false;
    state_.problems = std::move(problems);
    ++state_.failures;
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
