#include "sidecar/http/streams/loop_logs.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

// After a reload the streams of a topic don't all end at once.
constexpr std::chrono::milliseconds reload_window{1000};

}  // namespace

LoopLogs::~LoopLogs() {
  for (auto& [log, members] : logs_) members->close();
}

Stream::Memberships LoopLogs::join(std::uint32_t slot,
                                   const std::vector<std::shared_ptr<OpenLog>>& logs,
                                   const std::vector<FilterPtr>& filters) {
  Stream::Memberships memberships;
  for (std::size_t part = 0; part < logs.size(); ++part) {
    const auto& log = logs[part];
    log->topic().probe.subscribers.add(1);
    auto& members = logs_[log.get()];
    if (!members) {
      members = std::make_shared<LogMembers>(io_, log, memory_, wake_);
      members->open();
    }
    memberships.push_back({members, Stream::Membership::nowhere, Stream::Membership::nowhere});
    enter_slots(slot, memberships.back());
    if (filters.empty() || !filters[part]) continue;
    memberships.back().entry =
        members->index().add(slot, *filters[part], members->loop_log().view());
  }
  return memberships;
}

void LoopLogs::enter_slots(std::uint32_t slot, Stream::Membership& membership) {
  auto& slots = membership.members->slots();
  membership.place = static_cast<std::uint32_t>(slots.size());
  slots.push_back(slot);
}

// The last stream takes the place.
void LoopLogs::leave_slots(std::uint32_t slot, Stream::Membership& membership) {
  const std::uint32_t place = std::exchange(membership.place, Stream::Membership::nowhere);
  if (place == Stream::Membership::nowhere) return;
  auto& slots = membership.members->slots();
  const std::uint32_t moved = slots.back();
  slots[place] = moved;
  slots.pop_back();
  if (moved == slot) return;
  for (Stream::Membership& other : streams_[moved].memberships()) {
    if (other.members == membership.members) other.place = place;
  }
}

void LoopLogs::leave(std::uint32_t slot) {
  const bool served = streams_[slot].events() > 0;
  for (Stream::Membership& membership : streams_[slot].memberships()) {
    LogMembers& members = *membership.members;
    OpenLog& log = members.loop_log().open_log();
    leave_slots(slot, membership);
    if (membership.entry != Stream::Membership::nowhere) members.index().remove(membership.entry);
    log.topic().probe.subscribers.add(-1);
    members.loop_log().flush_counts();
    if (members.empty()) {
      members.close();
      logs_.erase(&log);
    }
    log.leave(Clock::now(), served);
  }
}

void LoopLogs::settle(std::uint32_t slot) {
  Stream& stream = streams_[slot];
  for (std::size_t part = 0; part < stream.memberships().size(); ++part) {
    Stream::Membership& membership = stream.memberships()[part];
    if (membership.entry == Stream::Membership::nowhere) continue;
    if (stream.subscription().park(part)) {
      leave_slots(slot, membership);
    } else if (membership.place == Stream::Membership::nowhere) {
      enter_slots(slot, membership);
    }
  }
}

bool LoopLogs::unpark(const LogMembers& members, const FilterIndex::Hit& hit) {
  Stream& stream = streams_[hit.slot];
  std::size_t part = 0;
  while (stream.memberships()[part].members.get() != &members) ++part;
  return stream.subscription().unpark(part, hit.sequence);
}

void LoopLogs::end_retired(Clock::time_point now, Rng& rng) {
  for (auto& [log, members] : logs_) {
    const Retired retired = log->topic().retired.load(std::memory_order_relaxed);
    if (retired == Retired::no) continue;
    const auto reason = retired == Retired::changed ? CloseReason::reload : CloseReason::removed;
    const auto end = [&](std::uint32_t slot) {
      Ending& ending = streams_[slot].ending();
      const bool known =
          ending.reason() == CloseReason::reload || ending.reason() == CloseReason::removed;
      if (!known) ending.end_within(reason, reload_window, now, rng);
    };
    for (const std::uint32_t slot : members->slots()) end(slot);
    if (members->has_filtered()) members->index().for_each_slot(end);
  }
}

void LoopLogs::tidy() {
  for (auto& [log, members] : logs_) {
    members->loop_log().release_unused();
    measure_lag(*members);
  }
}

void LoopLogs::measure_lag(LogMembers& members) const {
  std::uint64_t most = 0;
  for (const std::uint32_t slot : members.slots()) {
    const Subscription& subscription = streams_[slot].subscription();
    // A stream of several topics doesn't show which of them lags. Each topic's own streams do.
    if (subscription.parts() == 1) most = std::max(most, subscription.lag());
  }
  members.set_slowest_lag(most);
}

}  // namespace sidestream
