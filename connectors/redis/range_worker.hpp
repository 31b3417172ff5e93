#pragma once
// Answers what is asked of streams (RangeJob) over a connection that does nothing else; several at
// a time, pipelined. Across an outage they wait.
//
// Thread: add() from any, the rest start-up; the jobs are run and answered on the worker's own
// thread.

#include <deque>
#include <mutex>

#include "connectors/redis/loop.hpp"
#include "connectors/redis/range_jobs.hpp"

namespace sidestream::redis {

class RangeWorker final : private LinkOwner {
 public:
  explicit RangeWorker(const LinkContext& context);

  void start();
  // All that is open is answered with Errc::stopped; what comes later is dropped.
  void stop();
  void add(RangeJobPtr job);

 private:
  struct Active {
    RangeJobPtr job;
    Replies replies;
    std::size_t expected = 0;  // answers to come
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;
  void refuse(Link& link, Active& active, const redisReply& reply);
  void turn();
  void ask(Active active);

  LinkContext context_;
  Link link_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::deque<RangeJobPtr> inbox_;
  std::deque<Active> waiting_;  // to be asked
  std::deque<Active> asked_;    // in the order of the answers
  Loop loop_;                   // last: its thread ends before the rest goes
};

}  // namespace sidestream::redis
