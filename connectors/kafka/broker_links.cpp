#include "connectors/kafka/broker_links.hpp"

#include <algorithm>
#include <charconv>

#include "sidecar/base/time_text.hpp"

namespace sidestream::kafka {
namespace {

constexpr std::size_t max_reason = 200;
constexpr std::size_t max_listed = 3;

}  // namespace

std::string BrokerLinks::name_of(std::int32_t id, const Link& link) {
  return std::to_string(id) + " at " + link.address;
}

void BrokerLinks::Link::fail(std::string_view why, Clock::time_point now) {
  if (reason.empty()) {
    since = now;
    since_text = format_now();
  }
  reason = why;
}

void BrokerLinks::update_doubt() {
  doubt_ = std::ranges::any_of(links_, [](const auto& entry) {
    return !entry.second.answered || !entry.second.reason.empty();
  });
}

void BrokerLinks::keep(const std::map<std::int32_t, std::string>& brokers) {
  const std::lock_guard lock(mutex_);
  std::erase_if(links_, [&](const auto& entry) {
    const auto found = brokers.find(entry.first);
    return found == brokers.end() || found->second != entry.second.address;
  });
  for (const auto& [id, address] : brokers) links_[id].address = address;
  update_doubt();
}

void BrokerLinks::failed(std::string_view text, Clock::time_point now) {
  const auto colon = text.find(": ");
  const auto slash = text.substr(0, colon).rfind('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos) return;
  std::int32_t id = -1;
  const auto* const end = text.data() + colon;
  const auto parsed = std::from_chars(text.data() + slash + 1, end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end) return;
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  auto& link = found->second;
  link.fail(text.substr(colon + 2, max_reason), now);
  doubt_ = true;
}

void BrokerLinks::answered(std::int32_t id) {
  if (!doubt_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  found->second.answered = true;
  found->second.asked = {};
  found->second.reason.clear();
  update_doubt();
}

std::vector<std::int32_t> BrokerLinks::doubtful(Clock::time_point now) {
  std::vector<std::int32_t> ids;
  const std::lock_guard lock(mutex_);
  for (auto& [id, link] : links_) {
    if (link.answered && link.reason.empty()) continue;
    ids.push_back(id);
    if (link.asked == Clock::time_point()) link.asked = now;
    // A black hole: the connection attempt has not ended yet.
    if (link.reason.empty() && now - link.asked >= silence_limit)
      link.fail("no response", link.asked);
  }
  return ids;
}

std::string BrokerLinks::trouble(std::int32_t id, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(id);
  if (found == links_.end() || !found->second.fails(now)) return {};
  return "broker " + name_of(id, found->second) + " is unreachable: " + found->second.reason;
}

bool BrokerLinks::none_reachable(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return !links_.empty() &&
         std::ranges::all_of(links_, [&](const auto& entry) { return entry.second.fails(now); });
}

std::string BrokerLinks::text(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  std::string text;
  std::size_t count = 0;
  for (const auto& [id, link] : links_) {
    if (!link.fails(now) || ++count > max_listed) continue;
    text.append(text.empty() ? "" : "; ").append("broker " + name_of(id, link));
    text.append(" is unreachable since " + link.since_text + ": " + link.reason);
  }
  if (count > max_listed) text += "; and " + std::to_string(count - max_listed) + " more";
  return text;
}

std::vector<BrokerLinks::Change> BrokerLinks::changes(Clock::time_point now) {
  std::vector<Change> changes;
  const std::lock_guard lock(mutex_);
  for (auto& [id, link] : links_) {
    const bool fails = link.fails(now);
    if (fails == link.told || (!fails && !link.reason.empty())) continue;
    link.told = fails;
    changes.push_back({name_of(id, link), fails ? link.reason : std::string()});
  }
  return changes;
}

}  // namespace sidestream::kafka
