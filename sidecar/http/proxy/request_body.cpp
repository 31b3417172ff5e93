#include "sidecar/http/proxy/request_body.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "sidecar/http/net/write_now.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t first_read_max = 8 * 1024;
constexpr std::size_t read_max = 64 * 1024;
constexpr std::size_t hold_max = 64 * 1024;
constexpr std::size_t hold_read_max = 16 * 1024;
constexpr std::chrono::seconds hold_time{1};

UpstreamError read_failure(const error_code& error) {
  const bool invalid = error.category() == make_error_code(http::error::bad_chunk).category() &&
                       error != http::error::partial_message;
  return invalid ? UpstreamError::bad_body : UpstreamError::client_left;
}

}  // namespace

RequestBody::RequestBody(ProxyExchange& exchange, boost::beast::flat_buffer& buffer,
                         RequestHeadParser&& head)
    : exchange_(exchange),
      parser_(std::move(head)),
      reader_(exchange.client, buffer, parser_),
      stopped_(exchange.proxy.io()) {}

bool RequestBody::exceeds_limit() const {
  const auto limit = exchange_.proxy.settings().max_body;
  return limit > 0 && exchange_.line.bytes_in > limit;
}

void RequestBody::append_received(std::string& out, const Framing& framing) {
  framing_ = framing;
  parser_.eager(true);
  parser_.get().base().clear();  // fields that appear later are trailers
  std::string piece(first_read_max, '\0');
  const auto [error, size] = reader_.take(asio::buffer(piece));
  if (error) return exchange_.fail(UpstreamError::bad_body);
  add_piece(out, std::string_view(piece).substr(0, size));
}

// False: the exchange has failed.
bool RequestBody::add_piece(std::string& out, std::string_view piece) {
  exchange_.line.bytes_in += piece.size();
  if (exceeds_limit()) exchange_.fail(UpstreamError::body_too_large);
  if (exchange_.failure()) return false;
  const bool last = reader_.is_done();
  BodyWriter writer(framing_);
  out += writer.framed(piece, last, last ? make_trailers(parser_.get()) : std::string());
  exchange_.probe.bytes_in.add(piece.size());
  return true;
}

Awaitable<void> RequestBody::hold_back(std::string& out) {
  exchange_.reads_client = true;
  const auto end = ProxyExchange::Clock::now() + hold_time;
  exchange_.interrupt_client_at(end);
  const std::size_t size_before = out.size();
  std::string buffer(hold_read_max, '\0');
  bool more = true;
  while (more && !reader_.is_done() && out.size() - size_before < hold_max &&
         ProxyExchange::Clock::now() < end) {
    const auto room = asio::buffer(buffer);
    const auto [error, size] = co_await reader_.read(room);
    more = !exchange_.failure() && !error;
    if (more) more = add_piece(out, std::string_view(buffer).substr(0, size));
    const bool interrupted = error == asio::error::operation_aborted;  // 1 s has passed
    if (error && !interrupted) exchange_.fail(read_failure(error));
  }
  exchange_.interrupt_client_at(ProxyExchange::Clock::time_point::max());
  exchange_.reads_client = false;
}

void RequestBody::start_sending() {
  sending_ = exchange_.reads_client = true;
  auto rest = send_rest();
  asio::co_spawn(exchange_.proxy.io(), std::move(rest), asio::detached);
}

Awaitable<void> RequestBody::send_rest() {
  const auto buffer = std::make_unique<char[]>(read_max);
  BodyWriter writer(framing_);
  bool more = true;
  while (more && !exchange_.failure() && !reader_.is_done()) {
    std::size_t size = 0;
    const auto room = asio::buffer(buffer.get(), read_max);
    more = co_await read_piece(room, size);
    const std::string_view piece(buffer.get(), size);
    if (more) more = co_await send_piece(writer, piece);
  }
  exchange_.body_deadline.clear();
  if (reader_.is_done()) place_.give_back();
  if (!exchange_.failure() && !exchange_.response_begun) {
    const auto& settings = exchange_.proxy.settings();
    exchange_.response_deadline.set(settings.first_byte_timeout, UpstreamError::first_byte_timeout);
  }
  sending_ = exchange_.reads_client = false;
  stopped_.cancel();
}

// False: the exchange has failed.
Awaitable<bool> RequestBody::read_piece(asio::mutable_buffer room, std::size_t& size) {
  using Clock = ProxyExchange::Clock;
  Clock::duration within = exchange_.proxy.settings().idle_timeout;
  // An app that has begun to respond takes part in the pace: a duplex stream may be slow.
  if (!exchange_.response_begun) within = std::min(within, rate_.allowance());
  exchange_.body_deadline.set(within, UpstreamError::body_timeout);
  const auto start = Clock::now();
  const auto [error, n] = co_await reader_.read(room);
  if (exchange_.failure()) co_return false;
  rate_.add(Clock::now() - start, n);
  if (error) exchange_.fail(read_failure(error));
  if (error) co_return false;
  exchange_.line.bytes_in += n;
  size = n;
  if (exceeds_limit()) exchange_.fail(UpstreamError::body_too_large);
  co_return !exchange_.failure();
}

// False: the app takes no more. Not a failure, because it may have responded before it closed.
Awaitable<bool> RequestBody::send_piece(BodyWriter& writer, std::string_view piece) {
  const bool last = reader_.is_done();
  const std::string trailers = last ? make_trailers(parser_.get()) : std::string();
  const auto parts = writer.parts(piece, last, trailers);
  auto& socket = exchange_.app->socket;
  error_code error;
  const std::size_t sent = write_now(socket, parts, error);
  if (!error && sent < asio::buffer_size(parts)) {
    const auto& settings = exchange_.proxy.settings();
    exchange_.body_deadline.set(settings.idle_timeout, UpstreamError::idle_timeout);
    error = co_await write_rest(socket, parts, sent);
  }
  exchange_.probe.bytes_in.add(piece.size());
  if (error) exchange_.app_refuses_body = true;
  co_return !error;
}

Awaitable<void> RequestBody::stop_sending() {
  while (sending_) {
    error_code ignored;
    exchange_.client.cancel(ignored);
    if (exchange_.app) exchange_.app->close();
    stopped_.expires_at(asio::steady_timer::time_point::max());
    if (sending_) co_await stopped_.async_wait(no_throw);
  }
}

}  // namespace sidestream
