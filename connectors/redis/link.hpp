#pragma once
// A connection to Redis that reconnects by itself. It connects, greets, pipelines commands, detects
// a server that does not reply, and after a failure connects again, forever, with jittered
// back-off. The back-off ends with the first reply after the greeting: a server may greet, and then
// cut each connection. That the server closes an idle connection is no failure. Non-blocking; a
// Loop drives it.
//
//   waiting --retry_at--> connecting --connected--> tls_handshake --done--> greeting --> up
//      ^                      |                           |                     |         |
//      +----------------------+------ fail(), close() ----+---------------------+---------+
//
// Thread: the loop's, for everything. Borrows its arguments.

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
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

// Limits of silence while a reply is due. A frozen server may recover: unhealthy after 10 s,
// disconnected after 30 s.
inline constexpr std::chrono::seconds unhealthy_after{10};
inline constexpr std::chrono::seconds disconnect_after{30};
// An idle connection sends PING.
inline constexpr std::chrono::seconds ping_after{5};

class Link;

class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  virtual void on_up(Link& link) = 0;
  // Commands without a reply will not get one.
  virtual void on_down(Link& link) = 0;
  // One reply for each send(), in order; never null. May call send, fail and reconnect.
  virtual void on_reply(Link& link, Reply reply) = 0;
};

// What all links of a connector share.
struct LinkContext {
  const RedisOptions& options;
  const CredentialStore& credentials;
  ConnectorProbe& probe;
  Health& health;
};

class Link {
 public:
  Link(const LinkContext& context, Health::Part part, LinkOwner& owner);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  // For poll(2). fd -1: only wake_at() matters.
  pollfd poll_entry() const;
  Clock::time_point wake_at() const;
  // Advances the connection. `ready`: the events that poll(2) reported for poll_entry().
  void step(short ready, Clock::time_point now);
  // Writes the pending commands, as many bytes as the socket accepts.
  void flush();

  bool is_up() const { return state_ == State::up; }
  // Queues a command. `block`: how long a blocking command may normally take. Requires: is_up().
  void send(std::string_view command, std::chrono::milliseconds block = {});
  // Bytes queued since the link came up, and how many of them the socket has accepted. A command
  // that ends beyond written() was not executed.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t written() const { return sent_ - (out_.size() - out_start_); }
  // Of the current connection. Requires: is_up().
  std::int64_t client_id() const { return client_id_; }

  // Reports a failure and closes the connection. Reconnects after the back-off.
  void fail(const std::string& why);
  // Closes the connection on purpose and connects again at once. Reports nothing.
  void reconnect();

 private:
  enum class State {
    waiting,        // for retry_at_
    connecting,     // connect(2) is in progress
    tls_handshake,  // a plain transport passes through it at once
    greeting,       // replies to greeting_commands() are due
    up,
  };
  enum class Kind { greeting, ping, owner };
  struct Pending {  // a command without its reply
    Kind kind;
    std::chrono::milliseconds block;
  };

  void connect(Clock::time_point now);
  void try_next_address(const std::string& why);
  void start_transport();
  void continue_handshake();
  void greet();
  void come_up();
  void receive();
  void take_reply(Reply reply);
  void take_greeting(const redisReply& reply);
  void put(std::string_view command, Kind kind, std::chrono::milliseconds block);
  void check_silence(Clock::time_point now);
  bool is_idle() const;
  Clock::duration silence_limit(std::chrono::seconds silence) const;
  void close(Clock::time_point retry_at);

  const LinkContext context_;
  const Health::Part part_;
  LinkOwner& owner_;
  const std::unique_ptr<TlsContext> tls_;  // null: plain
  Addresses addresses_;
  State state_ = State::waiting;
  Clock::time_point retry_at_;       // in waiting
  Clock::time_point silence_start_;  // the last byte received, or when a reply became due
  Clock::time_point now_;            // of step()
  Clock::time_point up_since_;
  int socket_ = -1;  // owned while connecting, then by the transport
  std::unique_ptr<Transport> transport_;
  Io handshake_wants_ = Io::want_write;
  std::optional<ReplyReader> reader_;
  std::deque<Pending> pending_;  // in the order of the replies
  std::string out_;              // commands to write
  std::size_t out_start_ = 0;    // bytes of out_ already written
  std::uint64_t sent_ = 0;
  std::int64_t client_id_ = 0;
  std::uint64_t generation_ = 0;  // counts connections
  bool was_up_ = false;
  bool unhealthy_ = false;  // silence was reported, but the connection is kept
  Backoff backoff_;
};

}  // namespace sidestream::redis
