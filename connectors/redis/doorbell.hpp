#pragma once
// Reports which streams have new entries. It rings and nothing more; the tail reader then reads the
// entries and checks that none is missing. (The doorbell is the one metaphor of this folder.)
//
//   recent tails (up to 512)  one blocking XREAD over all that are idle, on a connection of its own:
//                             it rings within a millisecond
//   the other tails           XREAD without blocking over the reader's connection, in turn: within
//                             about 100 ms for 10,000 of them, and proportionally later for more
//
// A tail is recent when it was opened or rang last. An XREAD costs the server about a microsecond
// for each stream, and it does nothing else meanwhile, so both kinds are limited.
//
// A running XREAD does not cover tails that become idle after it started. It is ended for them by
// CLIENT UNBLOCK over the reader's connection or, without the permission for that, by a reconnect.
//
//   idle recent tails, not armed --arm()--> armed: XREAD BLOCK is running --reply--> disarmed()
//
// Thread: the tail worker's. Borrows both arguments.

#include <deque>
#include <list>
#include <string>
#include <unordered_set>
#include <vector>

#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class Doorbell {
 public:
  Doorbell(Link& link, TailTable& tails) : link_(link), tails_(tails) {}

  // A tail has become idle.
  void add(TailEntry& entry);
  // A tail has rung: it is the most recent.
  void touch(TailEntry& entry);
  // Requires: the tail is still in the table.
  void remove(TailEntry& entry);

  // Starts XREAD over the idle recent tails, unless one is running or it is too early. `reading`:
  // some tails are being read and will soon be idle too.
  void arm(Clock::time_point now, bool reading);
  // Whether the running XREAD should be ended, because it does not cover all idle recent tails.
  bool should_unblock(Clock::time_point now) const;
  // Call after ending it was requested.
  void unblock_sent(Clock::time_point now);
  // When arm() or should_unblock() may have work next.
  Clock::time_point next(Clock::time_point now, bool reading) const;

  // XREAD has ended: a reply, or the connection came up or went down.
  void disarmed(Clock::time_point now);
  // XREAD failed. Delays the next arm() while the streams that it covered are checked.
  void delay(Clock::time_point now, Clock::duration by);
  const std::vector<TailId>& covered() const { return covered_; }

  // The next tails to ask without blocking, and the command for it; empty: not now.
  std::vector<TailId> take_poll(Clock::time_point now, std::string& command);
  // When take_poll() has work. Max: there are only recent tails.
  Clock::time_point next_poll() const;
  // The reply to the last one has arrived, or will not arrive.
  void poll_done() { polling_ = false; }

 private:
  bool can_cover(const TailEntry& entry, Clock::time_point now) const;
  Clock::duration pause() const;
  void make_recent(TailEntry& entry);
  void make_other(TailEntry& entry);

  Link& link_;
  TailTable& tails_;
  std::list<TailId> recent_;              // the most recent first
  std::deque<TailId> others_;             // in turn; may hold ids of closed and recent tails
  std::size_t others_count_ = 0;          // without those
  std::unordered_set<TailId> uncovered_;  // recent and idle, but not in the running XREAD
  std::vector<TailId> covered_;           // in the last XREAD
  bool armed_ = false;                    // XREAD BLOCK is running
  bool polling_ = false;                  // a poll is in flight
  Clock::time_point disarmed_at_{};
  Clock::time_point next_arm_{};
  Clock::time_point next_unblock_{};
  Clock::time_point next_poll_{};
};

}  // namespace sidestream::redis
