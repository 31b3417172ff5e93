#pragma once
// What a broker refuses at present, for /readyz, metrics and the log. connectors/README.md has the
// policy: which refusal is temporary, and who asks again.
//
// An entry is one activity on one log. It ends when the broker serves that activity again, or when
// nobody has asked for a while (`lifetime_of`), because then nobody waits for it either. Bounded:
// further entries are counted only.
//
// Thread: any. served() costs one atomic load while nothing is refused.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {

// What a connector does for its users.
enum class Activity : std::uint8_t {
  start,    // extent, locate, back: where a reader starts
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
               Clock::time_point now = Clock::now()) {
    totals_[static_cast<std::size_t>(activity)].fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    Key key{activity, std::string(log)};
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      if (entries_.size() >= entries_max) erase_expired(now);
      if (entries_.size() >= entries_max) return false;
      found = entries_.emplace(std::move(key), Entry{{}, format_now(), now}).first;
    }
    found->second.asked = now;
    size_.store(entries_.size(), std::memory_order_relaxed);
    if (std::exchange(found->second.reason, std::string(reason)) == reason) return false;
    return take_line(now);
  }

  // The broker served the activity. True: it had refused it before; log that this is over.
  bool served(Activity activity, std::string_view log) {
    if (size_.load(std::memory_order_relaxed) == 0) return false;
    const std::lock_guard lock(mutex_);
    const bool known = entries_.erase(Key{activity, std::string(log)}) > 0;
    size_.store(entries_.size(), std::memory_order_relaxed);
    return known;
  }

  // Logs with readers that wait because the broker refuses.
  std::size_t waiting(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    erase_expired(now);
    std::size_t count = 0;
    std::string_view last;
    for (const auto& [key, entry] : entries_) {
      if (key.activity == Activity::publish || (count > 0 && key.log == last)) continue;
      last = key.log;
      ++count;
    }
    return count;
  }

  // One sentence for people: the first refusal, and how many more there are. Empty: none.
  std::string text(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    erase_expired(now);
    if (entries_.empty()) return {};
    const auto& [key, entry] = *entries_.begin();
    auto text = std::string(name_of(key.activity)) + " of " + shorten(key.log) +
                " refused: " + entry.reason + ", since " + entry.since;
    if (entries_.size() > 1) text += " (and " + std::to_string(entries_.size() - 1) + " more)";
    return text;
  }

  // Refusals since the start of the process.
  std::uint64_t total(Activity activity) const {
    return totals_[static_cast<std::size_t>(activity)].load(std::memory_order_relaxed);
  }
  std::array<std::uint64_t, activity_names.size()> totals() const {
    std::array<std::uint64_t, activity_names.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = totals_[i];
    return all;
  }

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

  // Starts and replays are asked again every few seconds while a reader waits. A connector asks for
  // a tail as long as it is open, and reports its end. Nobody waits for a refused publish.
  static Clock::duration lifetime_of(Activity activity) {
    if (activity == Activity::live) return Clock::duration::max();
    return activity == Activity::publish ? std::chrono::seconds(30) : std::chrono::seconds(10);
  }

  void erase_expired(Clock::time_point now) {
    std::erase_if(entries_, [&](const auto& named) {
      return now - named.second.asked > lifetime_of(named.first.activity);
    });
    size_.store(entries_.size(), std::memory_order_relaxed);
  }

  bool take_line(Clock::time_point now) {
    if (now >= lines_until_) {
      lines_until_ = now + std::chrono::seconds(60);
      lines_ = 0;
    }
    return lines_++ < lines_max;
  }

  // Clients choose a part of the names of template logs.
  static std::string shorten(const std::string& log) {
    return log.size() <= name_max ? log : log.substr(0, name_max) + "...";
  }

  static constexpr std::size_t entries_max = 256;
  static constexpr std::size_t name_max = 200;
  static constexpr int lines_max = 20;  // a minute

  std::array<std::atomic<std::uint64_t>, 4> totals_{};
  std::atomic<std::size_t> size_{0};  // of entries_
  std::mutex mutex_;                  // guards the rest
  std::map<Key, Entry> entries_;
  Clock::time_point lines_until_{};
  int lines_ = 0;
};

}  // namespace sidestream
