#pragma once
// Tells which streams have something new: one blocking XREAD over all idle tails, on a connection
// of its own. It only rings; what is new is read by the tail worker, who can then check that
// nothing is missing.
//
// Streams that become idle while it waits are not under it. It is called back for them, by CLIENT
// UNBLOCK over the other connection, or where the user may not do that, by connecting anew. With
// many streams XREAD is not cheap for the server, so it pauses between two (5 us for each stream).
//
// Thread: the tail worker's.

#include <unordered_set>

#include "connectors/redis/tail_book.hpp"

namespace sidestream::redis {

class Doorbell {
 public:
  Doorbell(Link& link, TailBook& book) : link_(link), book_(book) {}

  // A tail has become idle.
  void add(const TailEntry& entry) { unheard_.insert(entry.id); }
  void remove(TailId id) { unheard_.erase(id); }

  // Waits for all idle tails from now on, if it is time. `reading`: some are being read, so they
  // will soon be idle too.
  void arm(Clock::time_point now, bool reading);
  // Whether it waits, but not for every idle tail, and it is time to call it back.
  bool should_call_back(Clock::time_point now) const;
  void called_back(Clock::time_point now);
  // When one of the two above may have to be done.
  Clock::time_point next(Clock::time_point now, bool reading) const;

  // Its connection has answered: nothing waits any more.
  void stopped(Clock::time_point now);
  // It can't wait for some of them: look which, and try again a little later.
  void trouble(Clock::time_point now);
  bool waits() const { return waits_; }

 private:
  bool may_be_heard(const TailEntry& entry, Clock::time_point now) const;
  Clock::duration pause() const;

  Link& link_;
  TailBook& book_;
  std::unordered_set<TailId> unheard_;  // idle, and it does not wait for them
  bool waits_ = false;
  Clock::time_point stopped_at_{};
  Clock::time_point next_arm_{};
  Clock::time_point next_call_{};
};

}  // namespace sidestream::redis
