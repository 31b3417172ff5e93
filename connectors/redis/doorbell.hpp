#pragma once
// Reports which streams have new entries. It rings and nothing more; the tail reader then reads the
// entries and checks that none is missing. (The doorbell is the one metaphor of this folder.)
//
//   recent tails     blocking XREADs on connections of their own, one for each 512 of them (Bell):
//                    they ring within a millisecond. Up to 24 connections, as many as there are
//                    tails for; those that were made stay
//   the other tails  XREAD without blocking over the reader's connection, in turn: within about
//                    100 ms for 10,000 of them, and proportionally later for more
//
// A tail is recent when it was opened or rang last. Tails of a bell that is not connected are among
// the others meanwhile.
//
// An XREAD costs the server about a microsecond for each stream, and it does nothing else
// meanwhile. So both kinds are limited, and all bells together start XREADs at a pace that takes a
// tenth of the server.
//
// Thread: the tail worker's. Borrows all arguments.

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "connectors/redis/bell.hpp"
#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class Doorbell {
 public:
  static constexpr std::size_t bells_max = 24;

  // `owner`: of the bells' links. It begins with one bell.
  Doorbell(const LinkContext& context, LinkOwner& owner, TailTable& tails);

  // Makes one bell more, if there are more tails than the bells can have. The caller drives its
  // link. Null: there are enough.
  Link* grow();
  const std::vector<std::unique_ptr<Bell>>& bells() const { return bells_; }
  Bell* bell_of(const Link& link) const;  // null: it is another link

  // A tail has become idle.
  void add(TailEntry& entry);
  // A tail has rung: it is the most recent.
  void touch(TailEntry& entry);
  // Requires: the tail is still in the table.
  void remove(TailEntry& entry);

  // The connection of a bell came up or went down.
  void up(Bell& bell, Clock::time_point now);
  void down(Bell& bell, Clock::time_point now);

  // Arms bells that are not armed, as far as the pace allows. `reading`: some tails are being read
  // and will soon be idle too.
  void arm(Clock::time_point now, bool reading);
  // A bell whose XREAD should be ended, because it does not cover all idle tails; null: none now.
  Bell* to_unblock(Clock::time_point now) const;
  // When arm() or to_unblock() may have work next.
  Clock::time_point next(Clock::time_point now, bool reading) const;
  // XREAD failed. Delays the next arm() while the streams that it covered are checked.
  void delay(Clock::time_point now, Clock::duration by);

  // The next tails to ask without blocking, and the command for it; empty: not now.
  std::vector<TailId> take_poll(Clock::time_point now, std::string& command);
  // When take_poll() has work. Max: there are only recent tails.
  Clock::time_point next_poll() const;
  // The reply to the last one has arrived, or will not arrive.
  void poll_done() { polling_ = false; }

 private:
  void add_bell();
  Bell* with_room() const;
  void make_recent(TailEntry& entry, Bell& bell);
  void make_other(TailEntry& entry);
  void leave_place(TailEntry& entry);

  const LinkContext context_;
  LinkOwner& owner_;
  TailTable& tails_;
  std::vector<std::unique_ptr<Bell>> bells_;
  std::size_t last_armed_ = 0;    // of bells_: they take turns
  std::list<TailId> recent_;      // the most recent first
  std::deque<TailId> others_;     // in turn; may hold ids of closed and recent tails
  std::size_t others_count_ = 0;  // without those
  bool polling_ = false;          // a poll is in flight
  Clock::time_point next_arm_{};
  Clock::time_point next_poll_{};
};

}  // namespace sidestream::redis
