#pragma once
// What became of the configuration file since the start. Thread: any.

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
    bool good = true;                         // the file as it is now is what is served
    std::int64_t loaded_ms = 0;               // when it last was; Unix time
    std::vector<std::string> problems;        // of the file, where it is not
    std::vector<std::string> restart_needed;  // keys that differ from what is running
    std::uint64_t loads = 0;                  // reloads that were good
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
