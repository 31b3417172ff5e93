#pragma once
// Reports which streams have new entries: one blocking XREAD over all idle tails, on a connection
// of its own. It rings and nothing more; the tail reader then reads the entries and checks that
// none is missing. (The doorbell is the one metaphor of this folder.)
//
// A running XREAD does not cover tails that become idle after it started. It is ended for them by
// CLIENT UNBLOCK over the reader's connection or, without the permission for that, by a reconnect.
// With many streams XREAD is expensive for the server, so there is a pause between two of them (5
// us per stream).
//
//   idle tails, not armed --arm()--> armed: XREAD BLOCK is running --reply--> disarmed()
//
// Thread: the tail worker's. Borrows both arguments.

#include <unordered_set>

#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class Doorbell {
 public:
  Doorbell(Link& link, TailTable& tails) : link_(link), tails_(tails) {}

  // A tail has become idle.
  void add(const TailEntry& entry) { uncovered_.insert(entry.id); }
  void remove(TailId id) { uncovered_.erase(id); }

  // Starts XREAD over all idle tails, unless one is running or it is too early. `reading`: some
  // tails are being read and will soon be idle too.
  void arm(Clock::time_point now, bool reading);
  // Whether the running XREAD should be ended, because it does not cover all idle tails.
  bool should_unblock(Clock::time_point now) const;
  // Call after ending it was requested.
  void unblock_sent(Clock::time_point now);
  // When arm() or should_unblock() may have work next.
  Clock::time_point next(Clock::time_point now, bool reading) const;

  // XREAD has ended: a reply, or the connection came up or went down.
  void disarmed(Clock::time_point now);
  // XREAD failed for some stream. Delays the next arm() while the streams are checked.
  void delay(Clock::time_point now);

 private:
  bool can_cover(const TailEntry& entry, Clock::time_point now) const;
  Clock::duration pause() const;

  Link& link_;
  TailTable& tails_;
  std::unordered_set<TailId> uncovered_;  // idle, but not in the running XREAD
  bool armed_ = false;                    // XREAD is running
  Clock::time_point disarmed_at_{};
  Clock::time_point next_arm_{};
  Clock::time_point next_unblock_{};
};

}  // namespace sidestream::redis
