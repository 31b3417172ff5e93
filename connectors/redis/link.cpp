#include "connectors/redis/link.hpp"

#include <unistd.h>

#include <array>
#include <cassert>
#include <utility>

#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr int reads_per_step = 16;            // then the other connections have their turn
constexpr std::size_t out_kept = 256 * 1024;  // of an empty out buffer

std::string_view awaited(bool connecting, bool shaking_hands) {
  if (connecting) return "no connection";
  return shaking_hands ? "no reply to the TLS handshake" : "no reply to HELLO";
}

}  // namespace

Link::Link(const LinkContext& context, Health::Part part, LinkOwner& owner)
    : context_(context),
      part_(part),
      owner_(owner),
      tls_(context.options.tls ? make_tls_context(context.options) : nullptr),
      retry_at_(Clock::time_point::min()),
      random_(std::random_device{}()) {}

Link::~Link() {
  if (socket_ >= 0 && !transport_) ::close(socket_);
}

pollfd Link::wanted() const {
  pollfd want{socket_, 0, 0};
  switch (state_) {
    case State::waiting:
      break;
    case State::connecting:
      want.events = POLLOUT;
      break;
    case State::shaking_hands:
      want.events = handshake_wants_ == Io::want_read ? POLLIN : POLLOUT;
      break;
    case State::greeting:
    case State::up:
      want.events = out_.empty() ? POLLIN : POLLIN | POLLOUT;
      break;
  }
  return want;
}

Clock::time_point Link::wake_at() const {
  if (state_ == State::waiting) return retry_at_;
  if (state_ != State::up) return heard_ + ill_after;
  if (pending_.empty()) return heard_ + ping_after;
  return heard_ + allowed(silent_ ? give_up_after : ill_after);
}

void Link::step(short ready, Clock::time_point now) {
  now_ = now;
  if (state_ == State::waiting && now >= retry_at_) connect(now);
  if (ready != 0) {
    if (state_ == State::connecting) start_transport();
    if (state_ == State::shaking_hands) shake_hands();
    if (state_ == State::greeting || state_ == State::up) receive();
  }
  watch(now);
}

void Link::connect(Clock::time_point now) {
  heard_ = now;
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

// A name may have several addresses, and the server listen on one of them.
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
  transport_ = tls_ ? tls_->make_transport(socket_) : make_plain_transport(socket_);
  if (!transport_) {
    socket_ = -1;
    fail(tls_->error());
    return;
  }
  state_ = State::shaking_hands;
}

void Link::shake_hands() {
  handshake_wants_ = transport_->handshake();
  if (handshake_wants_ == Io::failed) fail(transport_->error());
  if (handshake_wants_ == Io::done) greet();
}

void Link::greet() {
  state_ = State::greeting;
  reader_.emplace();
  sent_ = 0;
  for (const auto& command : greeting(context_.login.get(), context_.options.database))
    put(command, Kind::greeting, {});
  flush();
}

void Link::come_up() {
  state_ = State::up;
  if (std::exchange(was_up_, true)) context_.probe.reconnects.fetch_add(1);
  backoff_.reset();
  context_.health.well(part_);
  owner_.on_up(*this);
}

void Link::send(std::string_view command, std::chrono::milliseconds patience) {
  assert(is_up());
  put(command, Kind::owner, patience);
}

void Link::put(std::string_view command, Kind kind, std::chrono::milliseconds patience) {
  if (pending_.empty()) heard_ = Clock::now();
  pending_.push_back({kind, patience});
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
    if (out_start_ > out_kept) {
      out_.erase(0, out_start_);
      out_start_ = 0;
    }
  }
  out_.clear();
  out_start_ = 0;
  if (out_.capacity() > out_kept) out_.shrink_to_fit();
}

void Link::receive() {
  static thread_local std::array<char, read_size> buffer;
  const auto life = life_;
  for (int reads = 0; reads < reads_per_step || transport_->holds_bytes(); ++reads) {
    std::size_t moved = 0;
    const auto io = transport_->read(buffer, moved);
    if (io == Io::failed) fail(transport_->error());
    if (io != Io::done) return;
    heard_ = Clock::now();
    if (std::exchange(silent_, false)) context_.health.well(part_);
    reader_->feed({buffer.data(), moved});
    while (auto reply = reader_->next()) {
      take(std::move(reply));
      if (life != life_) return;
    }
    if (const auto error = reader_->error(); !error.empty()) {
      fail("not a Redis server: " + error);
      return;
    }
  }
}

void Link::take(Reply reply) {
  if (pending_.empty()) {
    fail(is_error(*reply) ? explain_error(text_of(*reply)) : "unexpected reply");
    return;
  }
  const auto kind = pending_.front().kind;
  pending_.pop_front();
  if (kind == Kind::greeting) take_greeting(*reply);
  if (kind == Kind::owner) owner_.on_reply(*this, std::move(reply));
}

void Link::take_greeting(const redisReply& reply) {
  const bool hello = is_array(reply) || client_id_ == 0;
  const auto greeted = hello ? read_hello(reply) : read_greeting(reply);
  if (!greeted.refusal.empty()) {
    fail(greeted.refusal);
    return;
  }
  if (hello) client_id_ = greeted.client_id;
  if (pending_.empty()) come_up();
}

void Link::watch(Clock::time_point now) {
  if (state_ == State::waiting) return;
  if (state_ != State::up) {
    if (now >= heard_ + ill_after)
      fail(std::string(awaited(state_ == State::connecting, state_ == State::shaking_hands)) +
           " within 10 s");
    return;
  }
  if (pending_.empty()) {
    if (now >= heard_ + ping_after) put("*1\r\n$4\r\nPING\r\n", Kind::ping, {});
    return;
  }
  if (now >= heard_ + allowed(give_up_after)) {
    fail("no answer for 30 s");
  } else if (!silent_ && now >= heard_ + allowed(ill_after)) {
    silent_ = true;
    context_.probe.errors.fetch_add(1);
    context_.health.ill(part_, "no reply for 10 s");
  }
}

Clock::duration Link::allowed(std::chrono::seconds silence) const {
  return pending_.front().patience + silence;
}

void Link::fail(const std::string& why) {
  const auto& options = context_.options;
  context_.probe.errors.fetch_add(1);
  context_.health.ill(part_, options.host + ":" + std::to_string(options.port) + ": " + why);
  addresses_ = {};
  close(Clock::now() + backoff_.next(random_));
}

void Link::reopen() {
  was_up_ = false;
  close(Clock::now());
}

void Link::close(Clock::time_point retry_at) {
  const bool was_up = state_ == State::up;
  if (socket_ >= 0 && !transport_) ::close(socket_);
  socket_ = -1;
  transport_.reset();
  reader_.reset();
  state_ = State::waiting;
  retry_at_ = retry_at;
  ++life_;
  silent_ = false;
  client_id_ = 0;
  if (was_up) owner_.on_down(*this);
  pending_.clear();
  out_.clear();
  out_start_ = 0;
}

}  // namespace sidestream::redis
