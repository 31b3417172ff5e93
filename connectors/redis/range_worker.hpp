#pragma once
// Runs range jobs over a connection that does nothing else, several at a time, pipelined. During an
// outage they wait.
//
//   add() --> incoming_ --> queue_ --commands()--> running_ --take()--> answered
//                             ^----- needs another step -----'
//
// A server that limits the output of its clients may cut the connection while it sends a reply.
// Then fewer jobs run at a time and each asks for less; a job that can't ask for less is refused.
//
// Thread: add() any; start(), stop() start-up. Jobs run and answer on the worker's thread.

#include <deque>
#include <map>
#include <mutex>

#include "connectors/redis/loop.hpp"
#include "connectors/redis/plain_starts.hpp"
#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

class RangeWorker final : private LinkOwner {
 public:
  RangeWorker(const LinkContext& context, IdScripts& scripts);

  void start();
  // Answers all open jobs with Errc::stopped. Later jobs are ignored.
  void stop();
  void add(RangeJobPtr job);

 private:
  struct Active {
    RangeJobPtr job;
    Replies replies;
    std::size_t missing_replies = 0;
    int cuts = 0;  // lost connections in a row while it was the only job
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;
  void take_error(Link& link, const redisReply& reply);
  void take_replies();
  void refuse(Active refused, const std::string& why);
  void after_cut();
  Clock::time_point on_round(Clock::time_point now);
  void take_incoming(Clock::time_point now);
  void run(Active active);

  LinkContext context_;
  IdScripts& scripts_;
  Link link_;

  std::mutex mutex_;  // guards the next two
  bool stopped_ = false;
  std::deque<RangeJobPtr> incoming_;

  std::deque<Active> queue_;
  std::deque<Active> running_;  // in the order of the replies
  std::size_t running_max_;     // less after the connection was cut
  Clock::time_point widen_at_;  // then more again
  PlainStarts plain_starts_;
  std::multimap<Clock::time_point, Active> spaced_;  // by plain_starts_, with the time to run
  Loop loop_;  // last: its thread ends before the rest is destroyed
};

}  // namespace sidestream::redis
