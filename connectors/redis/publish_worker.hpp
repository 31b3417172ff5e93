#pragma once
// Appends (XADD), pipelined over a connection that does nothing else, so no read delays a POST.
//
// Each message is answered within publish_timeout. It is `unconfirmed` only if all of its command
// was given to the socket and no answer came; what was not goes out again on the next connection,
// as long as its time is not over.
//
// Thread: add() from any, the rest start-up; answers come on the worker's own thread.

#include <deque>
#include <mutex>
#include <string>

#include "connectors/connector.hpp"
#include "connectors/redis/loop.hpp"

namespace sidestream::redis {

class PublishWorker final : private LinkOwner {
 public:
  explicit PublishWorker(const LinkContext& context);

  void start();
  // All that is open is answered; what comes later is dropped.
  void stop();
  void add(const std::string& log, const Message& message, Connector::Callback<Published> done);

 private:
  struct Item {
    std::string command;
    Connector::Callback<Published>
        done;  // empty: answered already, the server's answer is for nobody
    Clock::time_point deadline;
    std::uint64_t end = 0;  // of the command, in the bytes sent over the link
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;
  Clock::time_point turn(Clock::time_point now);
  void take_inbox();
  void send_waiting();
  void on_error(const std::string& error);
  void expire(Clock::time_point now);
  void answer(Item& item, const Result<Published>& result);

  LinkContext context_;
  Link link_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::size_t held_bytes_ = 0;  // of all items; guarded by mutex_
  std::deque<Item> inbox_;      // guarded by mutex_
  std::deque<Item> excess_;     // guarded by mutex_: to be turned away
  std::deque<Item> waiting_;    // to be sent, oldest first
  std::deque<Item> sent_;       // in the order of the answers
  std::size_t sent_bytes_ = 0;  // of those
  std::string refusal_;         // the last that was logged
  std::string sick_;  // why the server takes nothing now; told when all of sent_ is answered
  Loop loop_;
};

}  // namespace sidestream::redis
