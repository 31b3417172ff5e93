#pragma once
// Spaces the plain XINFO STREAM of starts, for users that may not run scripts: at most one a second
// for each log, because each sends two whole entries. Pure.
//
// Thread: one at a time.

#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>

namespace sidestream::redis {

class PlainStarts {
 public:
  using Clock = std::chrono::steady_clock;

  // When the log may be asked; `now`: at once, which counts as asked.
  Clock::time_point ask(const std::string& log, Clock::time_point now) {
    while (!order_.empty() && asked_.at(order_.front()) + interval <= now) {
      asked_.erase(order_.front());
      order_.pop_front();
    }
    const auto [found, added] = asked_.try_emplace(log, now);
    if (!added) return found->second + interval;
    order_.push_back(log);
    return now;
  }

 private:
  static constexpr std::chrono::seconds interval{1};
  std::unordered_map<std::string, Clock::time_point> asked_;  // within the last interval
  std::deque<std::string> order_;                             // its keys, oldest first
};

}  // namespace sidestream::redis
