#pragma once
// A connection to Redis that keeps itself up: connects, greets, pipelines, notices silence, and
// after a failure connects again, for ever, with jittered back-off. Non-blocking; a Loop gives it
// its turns.
//
// Thread: the loop's, for everything. Borrows all that it is given; its owner outlives it.

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "connectors/backoff.hpp"
#include "connectors/redis/greeting.hpp"
#include "connectors/redis/health.hpp"
#include "connectors/redis/reply.hpp"
#include "connectors/redis/socket.hpp"
#include "connectors/redis/transport.hpp"

namespace sidestream::redis {

using Clock = std::chrono::steady_clock;

// How long a server may be silent although it owes an answer. It may be frozen and come back, so it
// is first called ill and only much later given up.
inline constexpr std::chrono::seconds ill_after{10};
inline constexpr std::chrono::seconds give_up_after{30};
inline constexpr std::chrono::seconds ping_after{5};  // an idle connection asks whether it lives

class Link;

class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  virtual void on_up(Link& link) = 0;
  // All that was sent and not answered never will be.
  virtual void on_down(Link& link) = 0;
  // The answers to send(), in its order. Requires: a valid link; send, fail and reopen may be
  // called.
  virtual void on_reply(Link& link, Reply reply) = 0;
};

// What all links of a connector share.
struct LinkContext {
  const RedisOptions& options;
  const Login& login;
  ConnectorProbe& probe;
  Health& health;
};

class Link {
 public:
  Link(const LinkContext& context, Health::Part part, LinkOwner& owner);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  // For poll(2); fd -1: nothing to wait for but wake_at().
  pollfd wanted() const;
  Clock::time_point wake_at() const;
  // `ready` is what poll answered for wanted().
  void step(short ready, Clock::time_point now);
  // Writes what was sent, as far as the socket takes it.
  void flush();

  bool is_up() const { return state_ == State::up; }
  // Requires: is_up(). `patience`: how long the answer takes in good health (a blocking command).
  void send(std::string_view command, std::chrono::milliseconds patience = {});
  // Bytes given to send() since the link came up, and how many of them the socket has taken: a
  // command that ends beyond those was certainly not executed.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t written() const { return sent_ - (out_.size() - out_start_); }
  std::int64_t client_id() const { return client_id_; }

  // Gives the connection up for a reason; connects again after the back-off.
  void fail(const std::string& why);
  // The same on purpose, so at once and without a word.
  void reopen();

 private:
  enum class State { waiting, connecting, shaking_hands, greeting, up };
  enum class Kind { greeting, ping, owner };
  struct Pending {
    Kind kind;
    std::chrono::milliseconds patience;
  };

  void connect(Clock::time_point now);
  void try_next_address(const std::string& why);
  void start_transport();
  void shake_hands();
  void greet();
  void come_up();
  void receive();
  void take(Reply reply);
  void take_greeting(const redisReply& reply);
  void put(std::string_view command, Kind kind, std::chrono::milliseconds patience);
  void watch(Clock::time_point now);
  Clock::duration allowed(std::chrono::seconds silence) const;
  void close(Clock::time_point retry_at);

  const LinkContext context_;
  const Health::Part part_;
  LinkOwner& owner_;
  const std::unique_ptr<TlsContext> tls_;  // null: plain
  Addresses addresses_;
  State state_ = State::waiting;
  Clock::time_point retry_at_;  // of waiting
  Clock::time_point heard_;     // the last byte, or since when we have been waiting for one
  Clock::time_point now_;
  int socket_ = -1;  // of connecting; later the transport's
  std::unique_ptr<Transport> transport_;
  Io handshake_wants_ = Io::want_write;
  std::optional<ReplyReader> reader_;
  std::deque<Pending> pending_;
  std::string out_;
  std::size_t out_start_ = 0;  // what of it is written
  std::uint64_t sent_ = 0;
  std::int64_t client_id_ = 0;
  std::uint64_t life_ = 0;  // counts connections
  bool was_up_ = false;
  bool silent_ = false;  // told as ill, but not given up
  Backoff backoff_;
  std::mt19937 random_;
};

}  // namespace sidestream::redis
