#pragma once
// The thread that serves all tails: the doorbell waits for new entries on some connections, the
// reader reads them on another (doorbell.hpp, tail_reader.hpp).
//
// A tail starts ready, or idle if it begins at a known end. Once it has read everything it is idle
// and covered by the doorbell. It is ready again when the doorbell rings, when a check finds a
// change, and after an outage.
//
// Thread: add() and the returned Tail any; the rest start-up. Sinks run on the worker's thread.

#include <memory>
#include <string_view>

#include "connectors/redis/tail_reader.hpp"
#include "connectors/redis/tail_requests.hpp"

namespace sidestream::redis {

class TailWorker final : private LinkOwner {
 public:
  // Borrows both.
  TailWorker(const LinkContext& context, const JobContext& shared);
  ~TailWorker() override;

  void start();
  void stop();
  std::unique_ptr<Tail> add(std::string log, Offset from, TailSink& sink);

 private:
  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;

  Clock::time_point on_round(Clock::time_point now);
  void take_requests();
  void open(TailRequests::Opened opened);
  void serve_doorbell(Clock::time_point now);
  void on_ring(Bell& bell, const redisReply& reply);
  void on_doorbell_error(Bell& bell, std::string_view error);

  LinkContext context_;
  JobContext shared_;
  std::shared_ptr<TailRequests> requests_;
  Link reader_link_;
  TailTable tails_;
  Doorbell doorbell_;
  TailReader reader_;
  bool doorbell_denied_ = false;  // no permission for XREAD
};

}  // namespace sidestream::redis
