#include "sidecar/http/limits/rate_limit.hpp"

#include <algorithm>
#include <cassert>

#include "sidecar/http/limits/key_hash.hpp"

namespace sidestream {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::int64_t burst_ns = Nanoseconds(RateLimit::burst).count();
constexpr double debt_max_ns = 3600e9;  // no charge blocks a key for longer

std::int64_t cost_ns(double amount, double rate) {
  assert(rate > 0);
  return static_cast<std::int64_t>(std::min(amount / rate * 1e9, debt_max_ns));
}

std::int64_t to_ns(RateLimit::Clock::time_point time) {
  return Nanoseconds(time.time_since_epoch()).count();
}

}  // namespace

RateLimit::RateLimit(std::size_t capacity)
    : sets_(std::max<std::size_t>(1, (capacity + 7) / ways)) {}

// Of the key, or the one that it replaces.
RateLimit::Entry& RateLimit::find(std::uint64_t key) {
  if (entries_.empty()) entries_.resize(sets_ * ways);
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(KeyHash()(key) % sets_ * ways);
  const auto last = first + ways;
  const auto same =
      std::find_if(first, last, [key](const Entry& entry) { return entry.key == key; });
  if (same != last) return *same;
  Entry& replaced = *std::min_element(
      first, last, [](const Entry& a, const Entry& b) { return a.whole_at < b.whole_at; });
  replaced = {key, 0};
  return replaced;
}

RateLimit::Clock::duration RateLimit::take(std::uint64_t key, double amount, double rate,
                                           Clock::time_point now) {
  const std::int64_t now_ns = to_ns(now);
  const std::lock_guard lock(mutex_);
  Entry& entry = find(key);
  const std::int64_t whole_at = std::max(entry.whole_at, now_ns) + cost_ns(amount, rate);
  const std::int64_t over = whole_at - now_ns - burst_ns;
  if (over > 0) return Nanoseconds(over);
  entry.whole_at = whole_at;
  return {};
}

RateLimit::Clock::duration RateLimit::charge(std::uint64_t key, double amount, double rate,
                                             Clock::time_point now) {
  const std::int64_t now_ns = to_ns(now);
  const std::lock_guard lock(mutex_);
  Entry& entry = find(key);
  entry.whole_at = std::max(entry.whole_at, now_ns) + cost_ns(amount, rate);
  return Nanoseconds(std::max<std::int64_t>(0, entry.whole_at - now_ns - burst_ns));
}

}  // namespace sidestream
