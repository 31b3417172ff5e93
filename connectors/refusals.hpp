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
      if (count(activity) >= entries_max) erase_expired(now);
      if (count(activity) >= entries_max) return false;
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

  // For people: the refused logs by activity and reason, some of them by name. Empty: none.
  std::string text(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    erase_expired(now);
    std::map<std::pair<Activity, std::string_view>, Group> groups;
    for (const auto& [key, entry] : entries_) groups[{key.activity, entry.reason}].add(key, entry);
    std::string text;
    std::size_t shown = 0;
    for (const auto& [what, group] : groups) {
      if (++shown > groups_max) break;
      text.append(text.empty() ? "" : "; ")
          .append(name_of(what.first))
          .append(" of " + group.names);
      if (group.logs > names_max)
        text += " and " + std::to_string(group.logs - names_max) + " more";
      text.append(" refused: ").append(what.second).append(", since ").append(group.since);
    }
    if (shown > groups_max)
      text += "; and " + std::to_string(groups.size() - groups_max) + " other reasons";
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

  struct Group {  // entries of one activity with the same reason
    std::size_t logs = 0;
    std::string names;  // of the first ones
    std::string_view since;

    void add(const Key& key, const Entry& entry) {
      if (++logs <= names_max) names.append(names.empty() ? "" : ", ").append(shorten(key.log));
      if (since.empty() || entry.since < since) since = entry.since;
    }
  };

  // Starts and replays are asked again every few seconds while a reader waits. A connector asks for
  // a tail as long as it is open, and reports its end. Nobody waits for a refused publish.
  static Clock::duration lifetime_of(Activity activity) {
    if (activity == Activity::live) return Clock::duration::max();
    return activity == Activity::publish ? std::chrono::seconds(30) : std::chrono::seconds(15);
  }

  void erase_expired(Clock::time_point now) {
    std::erase_if(entries_, [&](const auto& named) {
      return now - named.second.asked > lifetime_of(named.first.activity);
    });
    size_.store(entries_.size(), std::memory_order_relaxed);
  }

  std::size_t count(Activity activity) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        entries_, [&](const auto& entry) { return entry.first.activity == activity; }));
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

  static constexpr std::size_t entries_max = 64;  // of one activity
  static constexpr std::size_t name_max = 80;     // bytes of a log's name
  static constexpr std::size_t names_max = 5;     // logs of a reason in the text
  static constexpr std::size_t groups_max = 10;   // reasons in the text
  static constexpr int lines_max = 20;            // a minute

  std::array<std::atomic<std::uint64_t>, 4> totals_{};
  std::atomic<std::size_t> size_{0};  // of entries_
  std::mutex mutex_;                  // guards the rest
  std::map<Key, Entry> entries_;
  Clock::time_point lines_until_{};
  int lines_ = 0;
};

}  // namespace sidestream
