#pragma once
// Appends (XADD), pipelined over a connection that does nothing else, so no read delays a POST.
//
// Each message is answered within publish_timeout. The answer is `unconfirmed` only if the socket
// accepted the whole command and no reply came. A command that was not written completely is sent
// again on the next connection, until its deadline.
//
//   add() --> incoming_ --> queue_ --send--> in_flight_ --reply--> done
//         \-> rejected_ (too many bytes) --> done(unavailable)
//
// Thread: add() any; start(), stop() start-up. Answers run on the worker's thread.

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
  // Answers all open calls. Later calls are ignored.
  void stop();
  void add(const std::string& log, const Message& message, Connector::PublishCallback done);

 private:
  struct Append {
    std::string log;
    std::string command;
    Connector::PublishCallback done;  // empty: answered (its reply is ignored)
    Clock::time_point deadline;
    std::uint64_t end = 0;  // where the command ends in the bytes sent over the link
  };

  void on_up(Link& link) override;
  void on_down(Link& link) override;
  void on_reply(Link& link, Reply reply) override;
  Clock::time_point on_round(Clock::time_point now);
  void take_incoming();
  void send_queue();
  void on_error(const std::string& log, const std::string& error);
  void expire(Clock::time_point now);
  void answer(Append& append, const PublishResult& result);

  LinkContext context_;
  Link link_;

  std::mutex mutex_;  // guards the next four
  bool stopped_ = false;
  std::size_t held_bytes_ = 0;  // of all unanswered commands
  std::deque<Append> incoming_;
  std::deque<Append> rejected_;

  std::deque<Append> queue_;      // to be sent, oldest first
  std::deque<Append> in_flight_;  // sent, in the order of the replies
  std::size_t in_flight_bytes_ = 0;
  // Why the server accepts nothing for now. The link fails with it once in_flight_ is answered.
  std::string server_error_;
  Loop loop_;  // last: its thread ends before the rest is destroyed
};

}  // namespace sidestream::redis
