#pragma once
// When the keys of an issuer are fetched. Pure: the caller fetches and hands in the time.
//
//   KeyRefresh refresh(now);                    // due at once
//   wait until refresh.due(), or until want_key() has changed it
//   refresh.started(now); ...; refresh.succeeded(now, max_age) or refresh.failed(now, jitter)
//
// - After a success the next fetch is due after `max-age`, between a minute and a day; without one
//   after 5 minutes. After failures it is due after 1 s, doubled each time up to a minute.
// - A token with an unknown `kid` makes one due at once: a look-up. Its 10 s count from the last
//   look-up, not from other fetches.
//
// Thread: one.

#include <chrono>
#include <optional>

namespace sidestream {

class KeyRefresh {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  static constexpr std::chrono::seconds interval{300};
  static constexpr std::chrono::seconds interval_min{60};
  static constexpr std::chrono::seconds interval_max{86400};
  static constexpr std::chrono::seconds between_look_ups{10};
  static constexpr std::chrono::milliseconds retry_min{1000};
  static constexpr std::chrono::milliseconds retry_max{60000};

  explicit KeyRefresh(Time now) : due_(now) {}

  // Time::max() while a fetch runs.
  Time due() const { return fetching_ ? Time::max() : due_; }
  bool failing() const { return failures_ > 0; }

  // Requires: due() <= now.
  void started(Time now);
  // Both return whether a look-up has ended.
  // Requires: started.
  bool succeeded(Time now, std::optional<std::chrono::seconds> max_age);
  // `jitter`: of 0 to 1; takes up to half of the delay away.
  bool failed(Time now, double jitter);

  enum class LookUp {
    wanted,   // a fetch that has not started will tell; due() has changed
    running,  // one that runs may tell
    refused,  // not before next_look_up()
  };
  LookUp want_key(Time now);
  // When the next look-up is allowed.
  Time next_look_up() const { return last_look_up_ ? *last_look_up_ + between_look_ups : Time(); }

 private:
  enum class State { none, wanted, running };

  bool ended(Time now);

  Time due_;
  bool fetching_ = false;
  unsigned failures_ = 0;  // in succession
  State look_up_ = State::none;
  std::optional<Time> last_look_up_;
};

}  // namespace sidestream
