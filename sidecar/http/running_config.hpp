#pragma once
// What requests are served by: a configuration as it was loaded. Immutable; a reload puts another
// in its place.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "connectors/connector.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

class Access;

// Where POST /access/revoke appends.
struct RevocationTarget {
  std::shared_ptr<Connector> connector;
  std::string log;
};

struct RunningConfig {
  ServerSettings server;
  TopicMap topics;
  std::shared_ptr<Access> access;  // null: no `access:`
  std::optional<RevocationTarget> revocations;
};

// The one that holds now. Thread: any.
class ConfigHolder {
 public:
  explicit ConfigHolder(RunningConfig first)
      : serving_(std::make_shared<const RunningConfig>(std::move(first))) {}

  std::shared_ptr<const RunningConfig> get() const {
    const std::lock_guard lock(mutex_);
    return serving_;
  }
  void set(RunningConfig next) {
    auto made = std::make_shared<const RunningConfig>(std::move(next));
    const std::lock_guard lock(mutex_);
    serving_.swap(made);
    version_.fetch_add(1, std::memory_order_release);
  }
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const RunningConfig> serving_;
  std::atomic<std::uint64_t> version_{0};
};

// An event loop's own hold on it, which takes no lock while nothing has changed. Thread: one.
class LoopConfig {
 public:
  // Borrows it.
  explicit LoopConfig(const ConfigHolder& now) : now_(now) {}

  // Valid until the next call: don't keep it over a co_await.
  const RunningConfig& get() {
    const std::uint64_t version = now_.version();
    if (!held_ || version != version_) {
      version_ = version;
      held_ = now_.get();
    }
    return *held_;
  }

 private:
  const ConfigHolder& now_;
  std::shared_ptr<const RunningConfig> held_;
  std::uint64_t version_ = 0;
};

}  // namespace sidestream
