#pragma once
// How often a stream table looks at its streams: a tenth of the shortest heartbeat of the streams
// that are open now.
//
// Pure. Thread: one event loop.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>

namespace sidestream {

class SweepPace {
 public:
  using Milliseconds = std::chrono::milliseconds;

  void add(Milliseconds heartbeat) { ++streams_[interval_for(heartbeat)]; }
  void remove(Milliseconds heartbeat) {
    const auto found = streams_.find(interval_for(heartbeat));
    if (--found->second == 0) streams_.erase(found);
  }
  Milliseconds interval() const { return streams_.empty() ? longest : streams_.begin()->first; }

 private:
  static constexpr Milliseconds shortest{10};
  static constexpr Milliseconds longest{250};
  static Milliseconds interval_for(Milliseconds heartbeat) {
    return std::clamp(heartbeat / 10, shortest, longest);
  }

  std::map<Milliseconds, std::size_t> streams_;  // by interval
};

}  // namespace sidestream
