#include "sidecar/http/proxy/proxy_response.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/net/write_now.hpp"
#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/lenient_head.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t head_max = 64 * 1024;
constexpr std::size_t first_read_max = 8 * 1024;
constexpr std::size_t read_max = 64 * 1024;

}  // namespace

void ProxyResponse::begin(bool upgrade) {
  upgrade_ = upgrade;
  parser_.emplace();
  parser_->header_limit(head_max);
  parser_->body_limit(boost::none);
  parser_->skip(exchange_.traits.head);
  reader_.emplace(exchange_.app->socket, exchange_.app->buffer, *parser_);
}

// Rewrites a head that the parser would not take. False: the head is incomplete.
bool ProxyResponse::canonicalize_buffer() {
  auto& buffer = exchange_.app->buffer;
  const auto data = buffer.data();
  const std::string_view received(static_cast<const char*>(data.data()), data.size());
  if (is_partial_head(received)) return false;
  const auto head = canonicalize_head(received);
  if (!head) return true;
  const std::string bytes = head->text + std::string(received.substr(head->size));
  buffer.clear();
  buffer.commit(asio::buffer_copy(buffer.prepare(bytes.size()), asio::buffer(bytes)));
  return true;
}

bool ProxyResponse::take_head(error_code& error) {
  const bool complete = reader_->has_head() || canonicalize_buffer();
  if (!complete) return false;
  if (!reader_->take_head(error) || error) return error.failed();
  exchange_.line.first_byte(exchange_.probe);
  const unsigned status = parser_->get().result_int();
  const bool switches = status == 101 && upgrade_;
  if (status < 100 || (status == 101 && !switches)) error = http::error::bad_status;
  return error || status >= 200 || switches;
}

Awaitable<error_code> ProxyResponse::read_head() {
  error_code error;
  do {
    if (!reader_->has_head()) {
      error = co_await reader_->read_more();
      if (error) co_return error;
    } else {
      co_await forward_interim();
      if (exchange_.failure()) co_return error;
      begin(upgrade_);
    }
  } while (!take_head(error));
  co_return error;
}

Awaitable<void> ProxyResponse::forward_interim() {
  if (exchange_.traits.http10) co_return;  // HTTP/1.0 has no interim responses
  const std::string text = make_interim_head(parser_->get()) + "\r\n";
  const auto& settings = exchange_.proxy.settings();
  exchange_.response_deadline.set(settings.idle_timeout, UpstreamError::idle_timeout);
  const auto [error, n] =
      co_await asio::async_write(exchange_.client, asio::buffer(text), no_throw);
  if (exchange_.reads_client) {
    exchange_.response_deadline.clear();
  } else {
    exchange_.response_deadline.set(settings.first_byte_timeout, UpstreamError::first_byte_timeout);
  }
  if (!error) co_return;
  exchange_.response_begun = true;  // an error response cannot follow a part of a head
  exchange_.fail(UpstreamError::client_left);
}

Awaitable<void> ProxyResponse::send_upgrade() {
  exchange_.response_begun = true;
  const std::string text = make_interim_head(parser_->get()) + "\r\n";
  const auto [error, n] =
      co_await asio::async_write(exchange_.client, asio::buffer(text), no_throw);
  if (error) exchange_.fail(UpstreamError::client_left);
}

bool ProxyResponse::prepare(bool request_read) {
  exchange_.line.status = parser_->get().result_int();
  if (exchange_.line.status == 101) return true;
  exchange_.traits.keep_alive = exchange_.traits.keep_alive && request_read;
  auto head = make_response_head(parser_->get(), reader_->framing(), exchange_.traits);
  if (!head) exchange_.fail(UpstreamError::bad_answer);
  if (!head) return false;
  head_ = std::move(*head);
  keeps_app_ = parser_->keep_alive();
  parser_->get().base().clear();  // fields that appear later are trailers
  return true;
}

Awaitable<void> ProxyResponse::send() {
  if (exchange_.line.status == 101) co_return co_await send_upgrade();
  std::string head = std::move(head_.text) + "\r\n";
  BodyWriter writer(head_.framing);
  auto& buffer = exchange_.app->body_buffer;
  if (buffer.size() < first_read_max) buffer.resize(first_read_max);
  auto taken = reader_->take(asio::buffer(buffer));
  while (!complete_) {
    const auto [error, size] = taken;
    if (error) co_return exchange_.fail(UpstreamError::broken_answer);
    const bool last = reader_->is_done();
    const std::string trailers = last ? make_trailers(parser_->get()) : std::string();
    const auto body = writer.parts({buffer.data(), size}, last, trailers);
    const std::array<asio::const_buffer, 4> parts{asio::buffer(head), body[0], body[1], body[2]};
    exchange_.response_deadline.set(exchange_.proxy.settings().idle_timeout,
                                    UpstreamError::idle_timeout);
    exchange_.response_begun = true;
    error_code unsent;
    const std::size_t sent = write_now(exchange_.client, parts, unsent);
    if (!unsent && sent < asio::buffer_size(parts))
      unsent = co_await write_rest(exchange_.client, parts, sent);
    if (unsent) exchange_.fail(UpstreamError::client_left);
    if (exchange_.failure()) co_return;
    exchange_.line.bytes_out += size;
    exchange_.probe.bytes_out.add(size);
    complete_ = last;
    if (complete_) co_return;
    head.clear();
    if (size == buffer.size() && size < read_max) buffer.resize(read_max);
    if (head_.event_stream) exchange_.response_deadline.clear();  // silence is normal there
    auto room = asio::buffer(buffer);
    taken = co_await reader_->read(room);
    if (exchange_.failure()) co_return;
  }
}

}  // namespace sidestream
