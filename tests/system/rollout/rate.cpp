#include "tests/system/rollout/rate.hpp"

#include <algorithm>

namespace e2e::rollout {

int peak(std::vector<Clock::time_point> times, Clock::time_point from, Clock::duration window) {
  std::sort(times.begin(), times.end());
  int most = 0;
  auto first = std::lower_bound(times.begin(), times.end(), from);
  for (auto last = first; last != times.end(); ++last) {
    while (*last - *first > window) ++first;
    most = std::max(most, static_cast<int>(last - first) + 1);
  }
  return most;
}

}  // namespace e2e::rollout
