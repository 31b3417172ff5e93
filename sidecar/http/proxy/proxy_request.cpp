#include "sidecar/http/proxy/proxy_request.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/http/net/write_now.hpp"
#include "sidecar/http/proxy/failure.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t held_bodies_max = 64;  // of up to 64 KiB; further ones are not held

// Not an error of the message, but of the connection.
bool is_closed(const error_code& error) {
  return error.category() != make_error_code(http::error::bad_chunk).category() ||
         error == http::error::end_of_stream;
}

}  // namespace

// Each co_await is a statement of its own: behind && in a condition GCC 12 lays out the frame wrong.
Awaitable<ProxyResult> ProxyRequest::run() {
  const bool valid = check_head();
  if (valid) prepare_first_write();
  if (valid && holds_back()) co_await body_.hold_back(first_write_);
  held_.reset();
  const bool admitted = valid && !exchange_.failure() && admit();
  bool has_response = false;
  if (admitted) has_response = co_await get_response();
  const bool request_read = !body_.is_sending() && body_.is_received();
  if (has_response) has_response = response_.prepare(request_read);
  if (has_response) co_await response_.send();
  if (response_.is_complete() && !body_.is_sending()) release_connection();
  if (body_.is_sending()) co_await body_.stop_sending();
  co_return finish();
}

bool ProxyRequest::check_head() {
  const RequestHeader& request = body_.head();
  Proxy& proxy = exchange_.proxy;
  exchange_.traits = {request.version() < 11, request.method() == http::verb::head,
                      body_.keeps_client() && !proxy.is_draining()};
  const auto target = parse_target({request.target().data(), request.target().size()});
  result_.logged = proxy.is_logged();
  exchange_.line.begin(request, from_, result_.logged);
  auto made = make_request_head(request, body_.framing(), *target, peer_, proxy.traits());
  if (auto* refused = std::get_if<Response>(&made)) {
    result_.answer = std::move(*refused);
    exchange_.traits.keep_alive = false;  // the end of the body may be unknown
    return false;
  }
  head_ = std::get<RequestHead>(std::move(made));
  exchange_.line.set_ids(head_.request_id, head_.traceparent);
  return true;
}

// A client that expects 100 sends its body when the app tells it to.
bool ProxyRequest::holds_back() {
  if (exchange_.failure() || body_.is_received() || head_.expects) return false;
  held_ = exchange_.proxy.quotas().held_bodies.take(held_bodies_max);
  return held_.has_value();
}

bool ProxyRequest::admit() {
  Quotas& quotas = exchange_.proxy.quotas();
  const UpstreamSettings& settings = exchange_.proxy.settings();
  if (!body_.is_received()) {
    const auto limit = std::max<std::uint64_t>(settings.max_requests / 16, 1);
    auto unfinished = quotas.unfinished_bodies.take(from_.key(), limit);
    if (!unfinished) exchange_.fail(UpstreamError::address_limit);
    if (!unfinished) return false;
    body_.hold(std::move(*unfinished));
  }
  place_ = quotas.requests.take(settings.max_requests);
  if (!place_) exchange_.fail(UpstreamError::busy);
  if (head_.upgrade) {
    tunnel_ = quotas.tunnels.take(settings.max_tunnels);
    if (!tunnel_) exchange_.fail(UpstreamError::busy_tunnels);
  }
  return !exchange_.failure();
}

// A small body that has arrived with its head goes out with it, in one write.
void ProxyRequest::prepare_first_write() {
  const auto limit = exchange_.proxy.settings().max_body;
  if (limit > 0 && head_.framing.length > limit)
    return exchange_.fail(UpstreamError::body_too_large);
  first_write_ = std::move(head_.text);
  first_write_ += "\r\n";
  if (!body_.is_received()) body_.append_received(first_write_, head_.framing);
}

// The response's head, on a new connection if the app has closed the pooled one meanwhile.
Awaitable<bool> ProxyRequest::get_response() {
  if (!take_idle_connection()) co_await connect();
  while (!exchange_.failure()) {
    const error_code error = co_await send_and_read_head();
    if (exchange_.failure()) break;
    if (!error) co_return true;
    if (may_retry(error)) {
      co_await connect();
    } else {
      fail_without_response(error);
    }
  }
  co_return false;
}

Awaitable<error_code> ProxyRequest::send_and_read_head() {
  error_code error = co_await write_first();
  if (error) co_return error;
  on_first_written();
  UpstreamConnection& app = *exchange_.app;
  if (app.reads_ahead()) {
    if (!app.read_ahead_ended()) co_await app.wait_for_read_ahead();
    error = app.take_read_ahead();
  }
  if (error) co_return error;
  response_.begin(head_.upgrade);
  if (!response_.take_head(error)) error = co_await response_.read_head();
  co_return error;
}

Awaitable<error_code> ProxyRequest::write_first() {
  written_ = false;
  const auto bytes = asio::buffer(first_write_);
  exchange_.response_deadline.set(exchange_.proxy.settings().idle_timeout,
                                  UpstreamError::idle_timeout);
  error_code error;
  const std::size_t sent = write_now(exchange_.app->socket, bytes, error);
  if (!error && sent < bytes.size())
    error = co_await write_rest(exchange_.app->socket, bytes, sent);
  written_ = !error;
  co_return error;
}

void ProxyRequest::on_first_written() {
  if (body_.is_received()) {
    exchange_.response_deadline.set(exchange_.proxy.settings().first_byte_timeout,
                                    UpstreamError::first_byte_timeout);
  } else {
    exchange_.response_deadline.clear();  // set again when the body is sent
    std::string().swap(first_write_);     // never sent again
    body_.start_sending();
  }
}

bool ProxyRequest::take_idle_connection() {
  exchange_.app = exchange_.proxy.pool().take(!head_.repeatable);
  reused_ = exchange_.app != nullptr;
  return reused_;
}

Awaitable<void> ProxyRequest::connect() {
  Proxy& proxy = exchange_.proxy;
  reused_ = false;
  exchange_.app = std::make_unique<UpstreamConnection>(proxy.io());
  exchange_.response_deadline.set(proxy.settings().connect_timeout, UpstreamError::connect_timeout);
  const error_code error = co_await proxy.pool().connect(*exchange_.app);
  exchange_.response_deadline.clear();
  if (error == boost::system::errc::too_many_files_open)
    exchange_.fail(UpstreamError::busy);
  else if (error)
    exchange_.fail(UpstreamError::connect);
}

// The app may close an idle connection just as the request is sent.
bool ProxyRequest::may_retry(const error_code& error) const {
  return reused_ && head_.repeatable && !exchange_.line.has_first_byte() &&
         (!written_ || is_closed(error));
}

void ProxyRequest::fail_without_response(const error_code& error) {
  const bool closed = !written_ || is_closed(error) || error == http::error::partial_message;
  if (!closed) return exchange_.fail(UpstreamError::bad_answer);
  const bool unsent = !written_ || exchange_.app_refuses_body;
  exchange_.fail(unsent ? UpstreamError::send : UpstreamError::closed);
}

// Bytes behind the response belong to no request.
void ProxyRequest::release_connection() {
  result_.keep_alive = response_.keeps_client();
  const bool reusable = response_.keeps_app() && !exchange_.app_refuses_body;
  if (reusable && exchange_.app->buffer.size() == 0)
    exchange_.proxy.release(std::move(exchange_.app));
}

void ProxyRequest::refuse(UpstreamError failure) {
  result_.answer = failure_response(failure, head_.accept);
  result_.cause = upstream_errors[static_cast<std::size_t>(failure)];
  if (!head_.event_source || result_.answer->status < 500) return;
  exchange_.line.status = result_.answer->status;  // of the failure, not of the stream
  result_.refused_stream = std::move(head_.event_source);
}

ProxyResult ProxyRequest::finish() {
  AccessLine& line = exchange_.line;
  if (const auto failure = exchange_.failure()) {
    exchange_.probe.failed(*failure);
    result_.keep_alive = false;
    const bool left = *failure == UpstreamError::client_left;
    if (left && !exchange_.response_begun) line.status = 499;
    if (!left && !exchange_.response_begun) refuse(*failure);
    result_.reset = response_.ends_with_connection();
  } else if (line.status == 101) {
    result_.tunnel = std::move(exchange_.app);
    result_.tunnel_place = std::move(*tunnel_);
  }
  if (result_.answer && !result_.refused_stream) {
    line.status = result_.answer->status;
    result_.keep_alive = exchange_.traits.keep_alive && body_.is_received();
  }
  line.end(exchange_.proxy, exchange_.failure(), reused_);
  return std::move(result_);
}

}  // namespace sidestream
