#include "connectors/refusals.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using Clock = Refusals::Clock;

constexpr std::size_t entries_max = 64;  // of one activity
constexpr std::size_t name_max = 80;     // bytes of a log's name
constexpr std::size_t names_max = 5;     // logs of a reason in the text
constexpr std::size_t groups_max = 10;   // reasons in the text
constexpr int lines_max = 20;            // a minute

// Starts and replays are asked again every few seconds while a reader waits. A connector asks for
// a tail as long as it is open, and reports its end. Nobody waits for a refused publish.
Clock::duration lifetime_of(Activity activity) {
  if (activity == Activity::live) return Clock::duration::max();
  return activity == Activity::publish ? std::chrono::seconds(30) : std::chrono::seconds(15);
}

// Clients choose a part of the names of template logs.
std::string shorten(const std::string& log) {
  return log.size() <= name_max ? log : log.substr(0, name_max) + "...";
}

}  // namespace

// Entries of one activity with the same reason.
struct Refusals::Group {
  std::size_t logs = 0;
  std::string names;  // of the first ones
  std::string_view since;

  void add(const Key& key, const Entry& entry) {
    if (++logs <= names_max) names.append(names.empty() ? "" : ", ").append(shorten(key.log));
    if (since.empty() || entry.since < since) since = entry.since;
  }
};

bool Refusals::refused(Activity activity, std::string_view log, std::string_view reason,
                       Clock::time_point now) {
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

bool Refusals::served(Activity activity, std::string_view log) {
  if (size_.load(std::memory_order_relaxed) == 0) return false;
  const std::lock_guard lock(mutex_);
  const bool known = entries_.erase(Key{activity, std::string(log)}) > 0;
  size_.store(entries_.size(), std::memory_order_relaxed);
  return known;
}

std::size_t Refusals::waiting(Clock::time_point now) {
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

std::string Refusals::text(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  erase_expired(now);
  std::map<std::pair<Activity, std::string_view>, Group> groups;
  for (const auto& [key, entry] : entries_) groups[{key.activity, entry.reason}].add(key, entry);
  std::string text;
  std::size_t shown = 0;
  for (const auto& [what, group] : groups) {
    if (++shown > groups_max) break;
    text.append(text.empty() ? "" : "; ").append(name_of(what.first)).append(" of " + group.names);
    if (group.logs > names_max) text += " and " + std::to_string(group.logs - names_max) + " more";
    text.append(" refused: ").append(what.second).append(", since ").append(group.since);
  }
  if (shown > groups_max)
    text += "; and " + std::to_string(groups.size() - groups_max) + " other reasons";
  return text;
}

std::array<std::uint64_t, activity_names.size()> Refusals::totals() const {
  std::array<std::uint64_t, activity_names.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = totals_[i];
  return all;
}

void Refusals::erase_expired(Clock::time_point now) {
  std::erase_if(entries_, [&](const auto& named) {
    return now - named.second.asked > lifetime_of(named.first.activity);
  });
  size_.store(entries_.size(), std::memory_order_relaxed);
}

std::size_t Refusals::count(Activity activity) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [&](const auto& entry) { return entry.first.activity == activity; }));
}

bool Refusals::take_line(Clock::time_point now) {
  if (now >= lines_until_) {
    lines_until_ = now + std::chrono::seconds(60);
    lines_ = 0;
  }
  return lines_++ < lines_max;
}

}  // namespace sidestream
