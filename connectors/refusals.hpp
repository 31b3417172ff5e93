#pragma once
// What a broker refuses at present, for /readyz, metrics and the log. connectors/README.md has the
// policy: which refusal is temporary, and who asks again.
//
// An entry is one activity on one log. It ends when the broker serves that activity again, or when
// nobody has asked for a while (`lifetime_of`), because then nobody waits for it either. Bounded:
// further entries are counted only.
//
// Thread: any. served() costs one atomic load while nothing is refused.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace sidestream {

// What a connector does for its users.
enum class Activity : std::uint8_t {
  start,    // extent, locate, back, newest: where a reader starts
  live,     // a tail
  replay,   // read
  publish,  // publish
};

inline constexpr std::array<std::string_view, 4> activity_names{"start", "live", "replay",
                                                                "publish"};

inline std::string_view name_of(Activity activity) {
  return activity_names[static_cast<std::size_t>(activity)];
}

class Refusals {
 public:
  using Clock = std::chrono::steady_clock;

  // The broker refused; `reason` is its text, without secrets. True: log it, because it is new and
  // few lines were logged lately.
  bool refused(Activity activity, std::string_view log, std::string_view reason,
               Clock::time_point now = Clock::now());

  // The broker served the activity. True: it had refused it before; log that this is over.
  bool served(Activity activity, std::string_view log);

  // Logs with readers that wait because the broker refuses.
  std::size_t waiting(Clock::time_point now = Clock::now());

  // For people: the refused logs by activity and reason, some of them by name. Empty: none.
  std::string text(Clock::time_point now = Clock::now());

  // Refusals since the start of the process.
  std::uint64_t total(Activity activity) const {
    return totals_[static_cast<std::size_t>(activity)].load(std::memory_order_relaxed);
  }
  std::array<std::uint64_t, activity_names.size()> totals() const;

 private:
  struct Key {
    Activity activity;
    std::string log;
    // All activities of one log are neighbours: waiting() counts logs.
    friend bool operator<(const Key& a, const Key& b) {
      return std::tie(a.log, a.activity) < std::tie(b.log, b.activity);
    }
  };
  struct Entry {
    std::string reason;
    std::string since;        // RFC 3339
    Clock::time_point asked;  // the last time
  };
  struct Group;

  void erase_expired(Clock::time_point now);
  std::size_t count(Activity activity) const;
  bool take_line(Clock::time_point now);

  std::array<std::atomic<std::uint64_t>, 4> totals_{};
  std::atomic<std::size_t> size_{0};  // of entries_
  std::mutex mutex_;                  // guards the rest
  std::map<Key, Entry> entries_;
  Clock::time_point lines_until_{};
  int lines_ = 0;
};

}  // namespace sidestream
