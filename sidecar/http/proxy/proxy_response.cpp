#include <array>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/proxy/proxy_request.hpp"
#include "sidecar/http/proxy/write_now.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;

}  // namespace

// The answer's way, from the app to the client.

// Once more where the app closed an idle connection just when it was taken, and that does no harm.
Awaitable<bool> ProxyRequest::read_answer() {
  for (int attempt = 0;; ++attempt) {
    if (app_ == nullptr && !take_idle_connection()) co_await connect();
    if (failure_) co_return false;
    const auto request = asio::buffer(sent_first_);
    expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
    error_code error;
    const std::size_t n = write_now(app_->socket, request, error);
    if (!error && n < request.size()) error = co_await write_rest(app_->socket, request, n);
    const bool sent = !error;
    if (sent) request_is_sent();
    if (sent && app_->listens()) {
      if (!app_->has_stirred()) co_await app_->stirred();
      error = app_->stop_listening();
    }
    if (sent && !error) begin_answer();
    if (sent && !error && !has_answer(error)) error = co_await read_heads();
    if (failure_) co_return false;
    if (sent && !error) co_return true;
    const bool http_error = error.category() == make_error_code(http::error::bad_chunk).category();
    const bool closed = !sent || !http_error || error == http::error::end_of_stream;
    if (closed && reused_ && head_.repeatable && attempt == 0 && !line_.heard) {
      answer_.reset();
      co_await connect();
      continue;
    }
    fail(!closed && error != http::error::partial_message ? UpstreamError::bad_answer
         : !sent || pump_broken_                          ? UpstreamError::send
                                                          : UpstreamError::closed);
    co_return false;
  }
}

void ProxyRequest::begin_answer() {
  answer_parser_.emplace();
  answer_parser_->header_limit(64 * 1024);
  answer_parser_->body_limit(boost::none);
  answer_parser_->skip(asked_.head);
  answer_.emplace(app_->socket, app_->buffer, *answer_parser_);
}

// Whether the head of the answer itself, or one that is wrong, is in what was read already.
bool ProxyRequest::has_answer(error_code& error) {
  if (!answer_->take_head(error) || error) return error.failed();
  line_.first_byte(probe_);
  const unsigned status = answer_parser_->get().result_int();
  const bool switches = status == 101 && head_.upgrade;
  if (status < 100 || (status == 101 && !switches)) error = http::error::bad_status;
  return error || status >= 200 || switches;
}

// Up to the final one, or 101. Requires: has_answer() has said no.
Awaitable<error_code> ProxyRequest::read_heads() {
  error_code error;
  do {
    if (!answer_->has_head()) {
      error = co_await answer_->read_more();
      if (error) co_return error;
    } else {
      co_await pass_interim();
      if (failure_) co_return error;
      begin_answer();
    }
  } while (!has_answer(error));
  co_return error;
}

Awaitable<void> ProxyRequest::pass_interim() {
  if (asked_.http10) co_return;  // which knows none
  const std::string text = make_interim_head(answer_parser_->get()) + "\r\n";
  expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
  const auto [error, n] = co_await asio::async_write(client_, asio::buffer(text), no_throw);
  expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
  if (!error) co_return;
  begun_ = true;  // in the middle of it nothing else can be said
  fail(UpstreamError::client_left);
}

Awaitable<void> ProxyRequest::send_upgrade() {
  begun_ = true;
  const std::string text = make_interim_head(answer_parser_->get()) + "\r\n";
  const auto [error, n] = co_await asio::async_write(client_, asio::buffer(text), no_throw);
  if (error) fail(UpstreamError::client_left);
}

// False: it can't be passed on.
bool ProxyRequest::make_answer() {
  // Whose body isn't read to its end can't be told from the next request.
  if (!body_whole_ && (pumping_ || !request_.is_done())) asked_.keep_alive = false;
  auto head = make_answer_head(answer_parser_->get(), answer_->framing(), asked_);
  if (!head) {
    fail(UpstreamError::bad_answer);
    return false;
  }
  answer_head_ = std::move(*head);
  return true;
}

Awaitable<void> ProxyRequest::send_answer() {
  line_.status = answer_parser_->get().result_int();
  if (line_.status == 101) co_return co_await send_upgrade();
  if (!make_answer()) co_return;
  const bool app_keeps = answer_parser_->keep_alive();
  answer_parser_->get().base().clear();  // what is in it afterwards are trailers
  std::string head = std::move(answer_head_.text);
  head += "\r\n";
  BodyWriter writer(answer_head_.framing);
  UpstreamConnection::Piece& buffer = app_->piece;
  if (buffer.size() < first_read) buffer.resize(first_read);
  auto taken = answer_->take(asio::buffer(buffer));
  while (true) {
    const auto [error, n] = taken;
    if (error) co_return fail(UpstreamError::broken_answer);
    const bool over = answer_->is_done();
    const std::string trailers = over ? make_trailers(answer_parser_->get()) : std::string();
    const auto body = writer.parts({buffer.data(), n}, over, trailers);
    const std::array<asio::const_buffer, 4> parts{asio::buffer(head), body[0], body[1], body[2]};
    expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
    begun_ = true;
    error_code lost;
    const std::size_t sent = write_now(client_, parts, lost);
    if (!lost && sent < asio::buffer_size(parts)) lost = co_await write_rest(client_, parts, sent);
    if (lost) fail(UpstreamError::client_left);
    if (failure_) co_return;
    line_.bytes_out += n;
    probe_.bytes_out.add(n);
    if (over) co_return answer_is_sent(app_keeps);
    head.clear();
    if (n == buffer.size() && n < read_max) buffer.resize(read_max);
    if (answer_head_.event_stream) expect_nothing();
    auto room = asio::buffer(buffer);
    taken = co_await answer_->read(room);
    if (failure_) co_return;
  }
}

void ProxyRequest::answer_is_sent(bool app_keeps) {
  if (pumping_) return;
  out_.keep_alive = answer_head_.keep_alive;
  // Bytes behind the answer are of nobody's request.
  if (app_keeps && !pump_broken_ && app_->buffer.size() == 0) proxy_.put_back(std::move(app_));
}

}  // namespace sidestream
