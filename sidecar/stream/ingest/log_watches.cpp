#include "sidecar/stream/ingest/log_watches.hpp"

#include <algorithm>
#include <cassert>

namespace sidestream {

void LogWatches::add(LogWatch& watch) {
  const std::lock_guard lock(mutex_);
  assert(std::find(watches_.begin(), watches_.end(), &watch) == watches_.end());
  watches_.push_back(&watch);
}

void LogWatches::remove(LogWatch& watch) {
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const auto removed = std::erase(watches_, &watch);
  assert(removed == 1);
}

// Under the lock, so that remove() waits for a call that is running.
void LogWatches::notify() noexcept {
  const std::lock_guard lock(mutex_);
  for (LogWatch* watch : watches_) watch->changed();
}

std::uint64_t LogWatches::slowest_lag() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t most = 0;
  for (const LogWatch* watch : watches_) most = std::max(most, watch->slowest_lag());
  return most;
}

}  // namespace sidestream
