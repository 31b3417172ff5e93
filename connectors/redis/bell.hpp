#pragma once
// One blocking XREAD over up to 512 tails, on a connection of its own. It rings within a millisecond
// and nothing more; doorbell.hpp has all bells.
//
// A running XREAD does not cover tails that become idle after it started. It is ended for them by
// CLIENT UNBLOCK over the reader's connection or, without the permission for that, by a reconnect.
//
//   not armed --arm()--> armed: XREAD BLOCK is running --reply--> disarmed()
//
// Thread: the tail worker's. Borrows the tails.

#include <unordered_set>
#include <vector>

#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class Bell {
 public:
  static constexpr std::size_t tails_max = 512;

  Bell(const LinkContext& context, LinkOwner& owner, TailTable& tails)
      : link_(context, Health::Part::doorbell, owner), tails_(tails) {}

  Link& link() { return link_; }
  // Tails are put with a bell whose connection is up.
  bool is_up() const { return up_; }
  void set_up(bool up, Clock::time_point now);

  const std::vector<TailId>& members() const { return members_; }
  bool has_room() const { return up_ && members_.size() < tails_max; }
  // Requires: has_room(), and the tail is with no bell.
  void add(TailEntry& entry);
  // Requires: the tail is with this one and still in the table.
  void remove(TailEntry& entry);
  // A member has become idle.
  void became_idle(const TailEntry& entry);

  // Starts XREAD over the idle members. Returns over how many; 0: it is not to be started now.
  // `reading`: some tails are being read and will soon be idle too.
  std::size_t arm(Clock::time_point now, bool reading);
  // Whether the running XREAD should be ended, because it does not cover all idle members.
  bool should_unblock(Clock::time_point now) const;
  // Call after ending it was requested.
  void unblock_sent(Clock::time_point now);
  // When arm() or should_unblock() may have work next; not before `earliest`.
  Clock::time_point next(Clock::time_point earliest, bool reading) const;

  // XREAD has ended: a reply, or the connection came up or went down.
  void disarmed(Clock::time_point now);
  const std::vector<TailId>& covered() const { return covered_; }  // by the last XREAD

  // What so many tails in one XREAD cost the server is small beside this time.
  static Clock::duration pause_of(std::size_t tails);
  static bool can_cover(const TailEntry& entry, Clock::time_point now);

 private:
  Link link_;
  TailTable& tails_;
  std::vector<TailId> members_;
  std::unordered_set<TailId> uncovered_;  // while armed: idle, but not in the running XREAD
  std::vector<TailId> covered_;
  bool up_ = false;
  bool armed_ = false;  // XREAD BLOCK is running
  Clock::time_point disarmed_at_{};
  Clock::time_point next_unblock_{};
};

}  // namespace sidestream::redis
