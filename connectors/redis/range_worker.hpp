#pragma once
// Runs range jobs over a connection that does nothing else, several at a time, pipelined. During an
// outage they wait.
//
//   add() --> incoming_ --> queue_ --commands()--> running_ --take()--> answered
//                             ^----- needs another step -----'
//
// Thread: add() any; start(), stop() start-up. Jobs run and answer on the worker's thread.

#include <deque>
#include <mutex>

#include "connectors/redis/loop.hpp"
#include "connectors/redis/range_job.hpp"

namespace sidestream::redis {

class RangeWorker final : private LinkOwner {
 public:
  explicit RangeWorker(const LinkContext& context);

  void start();
  // Answers all open jobs with Errc::stopped. Later jobs are ignored.
  void stop();
  void add(RangeJobPtr job);

 private:
  struct Active {
    RangeJobPtr job;
    Replies replies;
    std::size_t missing_replies = 0;
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;
  void refuse(Link& link, const redisReply& reply);
  void on_round();
  void run(Active active);

  LinkContext context_;
  Link link_;

  std::mutex mutex_;  // guards the next two
  bool stopped_ = false;
  std::deque<RangeJobPtr> incoming_;

  std::deque<Active> queue_;
  std::deque<Active> running_;  // in the order of the replies
  Loop loop_;                   // last: its thread ends before the rest is destroyed
};

}  // namespace sidestream::redis
