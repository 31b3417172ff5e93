#pragma once
// A connector's answer to one publish, which may come before the coroutine waits for it: a log in
// memory is written within Connector::publish().
//
// Thread: set() any, once; the others the event loop's.

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "connectors/connector.hpp"

namespace sidestream {

class PublishAnswer {
 public:
  void set(PublishResult result) {
    std::function<void()> resume;
    {
      const std::lock_guard lock(mutex_);
      result_ = std::move(result);
      resume = std::move(resume_);
    }
    if (resume) resume();
  }

  bool is_set() const {
    const std::lock_guard lock(mutex_);
    return result_.has_value();
  }

  // Calls `resume` once, within this call or within set().
  void when_set(std::function<void()> resume) {
    {
      const std::lock_guard lock(mutex_);
      if (!result_) {
        resume_ = std::move(resume);
        return;
      }
    }
    resume();
  }

  // Requires: is_set().
  PublishResult take() {
    const std::lock_guard lock(mutex_);
    return std::move(*result_);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<PublishResult> result_;
  std::function<void()> resume_;
};

}  // namespace sidestream
