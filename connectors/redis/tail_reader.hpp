#pragma once
// Reads ready tails and checks idle ones, pipelined over one connection.
//
//   read   XRANGE + XINFO STREAM; decide() (continuity.hpp); then the sink gets the records, after
//          a loss or reset if there is one. Repeated until the tail has read everything: idle.
//   check  XINFO STREAM alone, every few seconds, for an idle tail. The doorbell does not ring when
//          a stream is deleted or set back.
//
// Thread: the tail worker's; sinks are called on it. Borrows all arguments.

#include <deque>
#include <span>
#include <string>

#include "connectors/redis/doorbell.hpp"
#include "connectors/redis/range_job.hpp"
#include "connectors/redis/tail_delivery.hpp"
#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

class TailReader {
 public:
  TailReader(const LinkContext& context, const JobContext& shared, Link& link, TailTable& tails,
             Doorbell& doorbell)
      : context_(context),
        shared_(shared),
        delivery_(context, shared),
        link_(link),
        tails_(tails),
        doorbell_(doorbell) {}

  // Requires for all of these: the link is up.
  void read_ready();
  void check_due(Clock::time_point now);
  void check(std::span<const TailId> tails);
  void check_all();
  // Asks tails that the doorbell does not cover, if it is time.
  void poll(Clock::time_point now);
  // A tail is about to be removed.
  void close(TailEntry& entry);
  // Ends a blocking command of another connection. Requires: can_unblock(), the link is up.
  void unblock(std::int64_t client_id);

  bool is_reading() const { return reading_ > 0; }
  // The reply to an XREAD, of the doorbell or of a poll: [[stream, entries], ...], or nil.
  void ring(const redisReply& reply);
  // False once the server has refused CLIENT UNBLOCK.
  bool can_unblock() const { return can_unblock_; }

  // Of the link.
  void on_up();
  void on_down();
  void on_reply(Reply reply);

 private:
  enum class Command { read_entries, read_info, check, poll, unblock };
  struct InFlight {
    Command command;
    TailId tail;
  };

  void check(TailEntry& entry);
  void on_entries(TailEntry* entry, Reply reply);
  void on_info(TailEntry* entry, const Reply& reply);
  void on_check(TailEntry* entry, const redisReply& reply);
  void on_poll(const redisReply& reply);
  void on_unblocked(const redisReply& reply);
  bool handle_error(TailEntry& entry, const redisReply& reply);
  void finish_read(TailEntry& entry, const redisReply& entries, const redisReply& info);
  void make_idle(TailEntry& entry);
  void make_unreadable(TailEntry& entry, const std::string& why);

  LinkContext context_;
  JobContext shared_;
  TailDelivery delivery_;
  Link& link_;
  TailTable& tails_;
  Doorbell& doorbell_;
  std::deque<InFlight> in_flight_;  // in the order of the replies
  std::size_t reading_ = 0;         // tails
  std::vector<TailId> polled_;      // by the poll in flight
  bool can_unblock_ = true;
};

}  // namespace sidestream::redis
