#pragma once
// Who is notified when a log changes: the event loops that have readers of it.
//
// Thread: any.

#include <cstdint>
#include <mutex>
#include <vector>

namespace sidestream {

class LogWatch {
 public:
  virtual ~LogWatch() = default;
  // The log has changed; one call may cover many changes. Thread: any. Never blocks.
  virtual void changed() noexcept = 0;
  // How many records the slowest reader is behind. Thread: any.
  virtual std::uint64_t slowest_lag() const noexcept = 0;
};

class LogWatches {
 public:
  // Borrows the watch until remove().
  void add(LogWatch& watch);
  // When this returns, the watch is not called any more. Requires: it was added.
  void remove(LogWatch& watch);

  void notify() noexcept;
  std::uint64_t slowest_lag() const;

 private:
  mutable std::mutex mutex_;  // guards the following
  std::vector<LogWatch*> watches_;
};

}  // namespace sidestream
