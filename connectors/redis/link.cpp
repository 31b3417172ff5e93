#include "connectors/redis/link.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "connectors/redis/greeting.hpp"
#include "sidecar/base/rng.hpp"

namespace sidestream::redis {
namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::chrono::milliseconds idle_close_after{500};
constexpr int reads_per_step = 16;                // so that other links of the loop get their share
constexpr std::size_t out_capacity = 256 * 1024;  // kept in an empty output buffer

std::string_view missing_reply(bool connecting, bool in_handshake) {
  if (connecting) return "no connection";
  return in_handshake ? "no reply to the TLS handshake" : "no reply to HELLO";
}

}  // namespace

Link::Link(const LinkContext& context, Health::Part part, LinkOwner& owner)
    : context_(context),
      part_(part),
      owner_(owner),
      tls_(context.options.tls ? make_tls_context(context.options) : nullptr),
      retry_at_(Clock::time_point::min()) {}

Link::~Link() {
  if (socket_ >= 0 && !transport_) ::close(socket_);
}

pollfd Link::poll_entry() const {
  pollfd entry{socket_, 0, 0};
  switch (state_) {
    case State::waiting:
      break;
    case State::connecting:
      entry.events = POLLOUT;
      break;
    case State::tls_handshake:
      entry.events = handshake_wants_ == Io::want_read ? POLLIN : POLLOUT;
      break;
    case State::greeting:
    case State::up:
      entry.events = out_.empty() ? POLLIN : POLLIN | POLLOUT;
      break;
  }
  return entry;
}

Clock::time_point Link::wake_at() const {
  if (state_ == State::waiting) return retry_at_;
  if (state_ != State::up) return silence_start_ + unhealthy_after;
  if (pending_.empty()) return silence_start_ + ping_after;
  return silence_start_ + silence_limit(unhealthy_ ? disconnect_after : unhealthy_after);
}

// A step may pass through several states. Each call below may fail() the link, which sets `waiting`
// and makes the next conditions false. Output is written by flush(), after the loop's handler ran.
void Link::step(short ready, Clock::time_point now) {
  now_ = now;
  if (state_ == State::waiting && now >= retry_at_) connect(now);
  if (ready != 0) {
    if (state_ == State::connecting) start_transport();
    if (state_ == State::tls_handshake) continue_handshake();
    if (state_ == State::greeting || state_ == State::up) receive();
  }
  check_silence(now);
}

// Names are resolved for each round of attempts, because the address may have changed.
void Link::connect(Clock::time_point now) {
  assert(socket_ < 0 && !transport_);
  silence_start_ = now;
  if (!addresses_.any_left() && !addresses_.resolve(context_.options)) {
    fail(addresses_.error());
    return;
  }
  socket_ = addresses_.connect_next();
  if (socket_ < 0) {
    try_next_address(addresses_.error());
    return;
  }
  state_ = State::connecting;
}

// A name may have several addresses while the server listens on only one. Each is tried without
// back-off; the last failure is reported.
void Link::try_next_address(const std::string& why) {
  if (!addresses_.any_left()) {
    fail(why);
    return;
  }
  close(now_);
}

void Link::start_transport() {
  if (const auto error = connect_error(socket_); !error.empty()) {
    try_next_address(error);
    return;
  }
  addresses_ = {};
  // The transport owns the socket from here on; make_transport() closes it on failure.
  transport_ = tls_ ? tls_->make_transport(socket_) : make_plain_transport(socket_);
  if (!transport_) {
    socket_ = -1;
    fail(tls_->error());
    return;
  }
  state_ = State::tls_handshake;
}

void Link::continue_handshake() {
  handshake_wants_ = transport_->handshake();
  if (handshake_wants_ == Io::failed) fail(transport_->error());
  if (handshake_wants_ == Io::done) greet();
}

// The greeting is pipelined: all commands leave at once, and the link is up after the last reply.
void Link::greet() {
  state_ = State::greeting;
  reader_.emplace();
  sent_ = 0;
  const auto credentials = context_.credentials.get();
  for (const auto& command : greeting_commands(credentials, context_.options.database))
    put(command, Kind::greeting, {});
  flush();
}

void Link::come_up() {
  assert(state_ == State::greeting && pending_.empty());
  state_ = State::up;
  up_since_ = Clock::now();
  if (std::exchange(was_up_, true)) context_.probe.reconnects.fetch_add(1);
  context_.health.available(part_);
  owner_.on_up(*this);
}

void Link::send(std::string_view command, std::chrono::milliseconds block) {
  assert(is_up());
  put(command, Kind::owner, block);
}

void Link::put(std::string_view command, Kind kind, std::chrono::milliseconds block) {
  // No reply was due before, so silence counts from now.
  if (pending_.empty()) silence_start_ = Clock::now();
  pending_.push_back({kind, block});
  out_.append(command);
  sent_ += command.size();
}

void Link::flush() {
  while (out_start_ < out_.size()) {
    std::size_t moved = 0;
    const auto io = transport_->write(std::string_view(out_).substr(out_start_), moved);
    if (io == Io::failed) {
      fail(transport_->error());
      return;
    }
    if (io != Io::done) return;
    out_start_ += moved;
    // The written part is removed only when it is large, because erase() moves the rest.
    if (out_start_ > out_capacity) {
      out_.erase(0, out_start_);
      out_start_ = 0;
    }
  }
  out_.clear();
  out_start_ = 0;
  if (out_.capacity() > out_capacity) out_.shrink_to_fit();
}

// TLS may hold decrypted bytes that poll(2) does not report, so those are read in any case.
void Link::receive() {
  static thread_local std::array<char, read_size> buffer;
  const auto generation = generation_;
  for (int reads = 0; reads < reads_per_step || transport_->holds_bytes(); ++reads) {
    std::size_t moved = 0;
    const auto io = transport_->read(buffer, moved);
    if (io == Io::failed) is_idle() ? reconnect() : fail(transport_->error());
    if (io != Io::done) return;
    silence_start_ = Clock::now();
    if (std::exchange(unhealthy_, false)) context_.health.available(part_);
    reader_->feed({buffer.data(), moved});
    while (auto reply = reader_->next()) {
      take_reply(std::move(reply));
      // The owner may have closed the connection, and reader_ with it.
      if (generation != generation_) return;
    }
    if (const auto error = reader_->error(); !error.empty()) {
      fail("not a Redis server: " + error);
      return;
    }
  }
}

// Redis answers in the order of the commands, so the first pending command is the one answered. A
// reply without a command is an error that ends the connection, such as "max number of clients
// reached".
void Link::take_reply(Reply reply) {
  if (pending_.empty()) {
    fail(is_error(*reply) ? explain_error(text_of(*reply)) : "unexpected reply");
    return;
  }
  const auto kind = pending_.front().kind;
  pending_.pop_front();
  if (kind == Kind::greeting) return take_greeting(*reply);
  // The server works, beyond its greeting.
  if (!is_error(*reply)) backoff_.reset();
  if (kind == Kind::owner) owner_.on_reply(*this, std::move(reply));
}

// The first reply is that of HELLO; it sets client_id_. The others are those of SELECT and PING.
void Link::take_greeting(const redisReply& reply) {
  assert(state_ == State::greeting);
  const bool hello = is_array(reply) || client_id_ == 0;
  const auto result = hello ? read_hello(reply) : read_greeting(reply);
  if (!result.refusal.empty()) {
    fail(result.refusal);
    return;
  }
  if (hello) client_id_ = result.client_id;
  if (pending_.empty()) come_up();
}

void Link::check_silence(Clock::time_point now) {
  if (state_ == State::waiting) return;
  if (state_ != State::up) {
    if (now >= silence_start_ + unhealthy_after)
      fail(std::string(missing_reply(state_ == State::connecting, state_ == State::tls_handshake)) +
           " within 10 s");
    return;
  }
  if (pending_.empty()) {
    if (now >= silence_start_ + ping_after) put("*1\r\n$4\r\nPING\r\n", Kind::ping, {});
    return;
  }
  if (now >= silence_start_ + silence_limit(disconnect_after)) {
    fail("no reply for 30 s");
  } else if (!unhealthy_ && now >= silence_start_ + silence_limit(unhealthy_after)) {
    unhealthy_ = true;
    context_.probe.errors.fetch_add(1);
    context_.health.unavailable(part_, "no reply for 10 s");
  }
}

Clock::duration Link::silence_limit(std::chrono::seconds silence) const {
  assert(!pending_.empty());
  return pending_.front().block + silence;
}

void Link::fail(const std::string& why) {
  const auto& options = context_.options;
  context_.probe.errors.fetch_add(1);
  context_.health.unavailable(part_,
                              options.host + ":" + std::to_string(options.port) + ": " + why);
  addresses_ = {};
  close(Clock::now() + backoff_.next(rng()));
}

// Servers close idle connections (Redis: `timeout`). One that closes them at once is in trouble.
bool Link::is_idle() const {
  return state_ == State::up && Clock::now() >= up_since_ + idle_close_after &&
         std::none_of(pending_.begin(), pending_.end(),
                      [](const auto& command) { return command.kind == Kind::owner; });
}

void Link::reconnect() {
  was_up_ = false;  // not counted as a reconnect
  close(Clock::now());
}

// on_down() runs before the buffers are cleared, because the owner asks for written().
void Link::close(Clock::time_point retry_at) {
  const bool was_up = state_ == State::up;
  if (socket_ >= 0 && !transport_) ::close(socket_);
  socket_ = -1;
  transport_.reset();
  reader_.reset();
  state_ = State::waiting;
  retry_at_ = retry_at;
  ++generation_;
  unhealthy_ = false;
  client_id_ = 0;
  if (was_up) owner_.on_down(*this);
  pending_.clear();
  out_.clear();
  out_start_ = 0;
}

}  // namespace sidestream::redis
