#pragma once
// Reads everything that comes to the open tails: two connections for all of them, one that waits
// (the doorbell) and one that reads and looks after them.
//
// A tail that the doorbell rings for is read (XRANGE and XINFO STREAM), judged (continuity.hpp) and
// delivered, until it has all. Each few seconds an idle one is looked at with XINFO alone, as a
// stream that was deleted or set back rings no bell. After a lost connection all are read again.
//
// Thread: add() and the handle from any, the rest start-up; sinks are called on the worker's own
// thread.

#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "connectors/redis/anchors.hpp"
#include "connectors/redis/doorbell.hpp"
#include "connectors/redis/stream_reply.hpp"
#include "connectors/redis/tail_book.hpp"
#include "connectors/redis/tail_inbox.hpp"

namespace sidestream::redis {

class TailWorker final : private LinkOwner {
 public:
  TailWorker(const LinkContext& context, const Anchors& anchors);
  ~TailWorker() override;

  void start();
  void stop();
  std::unique_ptr<Tail> add(std::string log, Offset from, TailSink& sink);

 private:
  enum class Ask { entries, info, look, call_back };
  struct Asked {
    Ask what;
    TailId tail;
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;

  Clock::time_point turn(Clock::time_point now);
  void take_inbox();
  void read_ready();
  void look_at_due(Clock::time_point now);
  void look_at(TailEntry& entry);
  void tend_doorbell(Clock::time_point now);

  void on_ring(const Reply& reply);
  void on_doorbell_error(std::string_view error);
  void on_called_back(const redisReply& reply);
  void on_entries(TailEntry* entry, Reply reply);
  void on_info(TailEntry* entry, const Reply& reply);
  void on_look(TailEntry* entry, const redisReply& reply);
  bool is_trouble(TailEntry& entry, const redisReply& reply);

  void judge_read(TailEntry& entry, const redisReply& entries, const redisReply& info_reply);
  void obey(TailEntry& entry, const Verdict& verdict, std::span<const Record> records);
  void make_idle(TailEntry& entry);
  void make_ill(TailEntry& entry, const std::string& what);

  LinkContext context_;
  const Anchors& anchors_;
  std::shared_ptr<TailInbox> inbox_;
  Link reader_;
  Link bell_link_;
  TailBook book_;
  Doorbell doorbell_;
  std::deque<Asked> asked_;  // over reader_, in the order of the answers
  std::size_t reading_ = 0;  // tails
  bool may_call_back_ = true;
  std::mt19937 random_;
};

}  // namespace sidestream::redis
