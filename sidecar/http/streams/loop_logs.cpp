#include "sidecar/http/streams/loop_logs.hpp"

#include <algorithm>

namespace sidestream {
namespace {

// After a reload the streams of a topic don't all end at once.
constexpr std::chrono::milliseconds reload_window{1000};

}  // namespace

LoopLogs::~LoopLogs() {
  for (auto& [log, members] : logs_) members->close();
}

Stream::Memberships LoopLogs::join(std::uint32_t slot,
                                   const std::vector<std::shared_ptr<OpenLog>>& logs) {
  Stream::Memberships memberships;
  for (const auto& log : logs) {
    log->topic().probe.subscribers.add(1);
    auto& members = logs_[log.get()];
    if (!members) {
      members = std::make_shared<LogMembers>(io_, log, memory_, wake_);
      members->open();
    }
    memberships.push_back({members, static_cast<std::uint32_t>(members->slots().size())});
    members->slots().push_back(slot);
  }
  return memberships;
}

void LoopLogs::leave(std::uint32_t slot) {
  const bool served = streams_[slot].events() > 0;
  for (Stream::Membership& membership : streams_[slot].memberships()) {
    LogMembers& members = *membership.members;
    OpenLog& log = members.loop_log().open_log();
    // The last stream takes the place.
    const std::uint32_t moved = members.slots().back();
    members.slots()[membership.place] = moved;
    members.slots().pop_back();
    if (moved != slot) {
      for (Stream::Membership& other : streams_[moved].memberships()) {
        if (other.members == membership.members) other.place = membership.place;
      }
    }
    log.topic().probe.subscribers.add(-1);
    members.loop_log().flush_counts();
    if (members.slots().empty()) {
      members.close();
      logs_.erase(&log);
    }
    log.leave(Clock::now(), served);
  }
}

void LoopLogs::end_retired(Clock::time_point now, Rng& rng) {
  for (auto& [log, members] : logs_) {
    const Retired retired = log->topic().retired.load(std::memory_order_relaxed);
    if (retired == Retired::no) continue;
    const auto reason = retired == Retired::changed ? CloseReason::reload : CloseReason::removed;
    for (const std::uint32_t slot : members->slots()) {
      Ending& ending = streams_[slot].ending();
      const bool known =
          ending.reason() == CloseReason::reload || ending.reason() == CloseReason::removed;
      if (!known) ending.end_within(reason, reload_window, now, rng);
    }
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
