#pragma once
// Jittered exponential back-off between reconnects. Pure: the caller waits and supplies the rng.

#include <algorithm>
#include <chrono>
#include <random>

namespace sidestream {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  explicit Backoff(Duration first = Duration(100), Duration most = Duration(3000))
      : first_(first), most_(most), next_(first) {}

  // The delay before the next attempt, between half and all of a limit that doubles up to `most`.
  template <class Random>
  Duration next(Random& random) {
    const auto limit = next_.count();
    next_ = std::min(next_ * 2, most_);
    return Duration(std::uniform_int_distribution<Duration::rep>(limit / 2, limit)(random));
  }

  // Call after a success.
  void reset() { next_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration next_;
};

}  // namespace sidestream
