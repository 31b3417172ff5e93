#include "sidecar/http/proxy/proxy_request.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/peer.hpp"
#include "sidecar/http/proxy/failure.hpp"
#include "sidecar/http/proxy/write_now.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

}  // namespace

// ---- what ends it early ----

// Pending reads and writes end with an error, and whoever waits for them finds failure_.
void ProxyRequest::fail(UpstreamError error) {
  if (failure_) return;
  failure_ = error;
  cut();
}

void ProxyRequest::cut() {
  error_code ignored;
  if (app_) app_->close();
  client_.cancel(ignored);
}

void ProxyRequest::look(Clock::time_point now) {
  if (failure_) return;
  if (!deadline_) deadline_ = now + within_;
  if (now >= *deadline_) return fail(overdue_);
  // While its body is read, an end of it is found there, behind what it has sent.
  const int client = client_.native_handle();
  if (pumping_ ? peer_has_reset(client) : peer_has_left(client)) fail(UpstreamError::client_left);
}

// ---- the request ----

bool ProxyRequest::admit() {
  place_ = proxy_.quotas().requests.take(proxy_.settings().max_requests);
  if (!place_) fail(UpstreamError::busy);
  if (head_.upgrade) {
    tunnel_ = proxy_.quotas().tunnels.take(proxy_.settings().max_tunnels);
    if (!tunnel_) fail(UpstreamError::busy_tunnels);
  }
  const auto body_max = proxy_.settings().max_body;
  if (body_max > 0 && head_.framing.length > body_max) fail(UpstreamError::body_too_large);
  return !failure_;
}

bool ProxyRequest::take_head() {
  const auto& request = parser_.get();
  asked_ = {request.version() < 11, request.method() == http::verb::head,
            parser_.keep_alive() && !proxy_.is_draining()};
  const auto target = parse_target({request.target().data(), request.target().size()});
  line_.begin(request, peer_.address, proxy_.is_logged());
  // Callers have seen to the target.
  auto made = make_request_head(request, request_.framing(), *target, peer_);
  if (auto* refused = std::get_if<Response>(&made)) {
    out_.answer = std::move(*refused);
    asked_.keep_alive = false;  // where its body ends may be unknown
    return false;
  }
  head_ = std::get<RequestHead>(std::move(made));
  line_.name(head_.request_id, head_.traceparent);
  return true;
}

// A small body that came with its head goes out with it, in one write.
void ProxyRequest::take_body_that_has_come() {
  sent_first_ = std::move(head_.text);
  sent_first_ += "\r\n";
  body_whole_ = !head_.framing.has_body();
  if (body_whole_) return;
  parser_.eager(true);
  parser_.get().base().clear();  // what is in it afterwards are trailers
  std::string raw(first_read, '\0');
  const auto [error, n] = request_.take(asio::buffer(raw));
  if (error) return fail(UpstreamError::bad_body);
  const auto body_max = proxy_.settings().max_body;
  if (body_max > 0 && n > body_max) return fail(UpstreamError::body_too_large);
  BodyWriter writer(head_.framing);
  sent_first_ += writer.framed(std::string_view(raw).substr(0, n), request_.is_done(),
                               request_.is_done() ? make_trailers(parser_.get()) : std::string());
  body_whole_ = request_.is_done();
  probe_.bytes_in.add(n);
  line_.bytes_in += n;
}

bool ProxyRequest::take_idle_connection() {
  app_ = proxy_.pool().take(!head_.repeatable);
  reused_ = app_ != nullptr;
  return reused_;
}

Awaitable<void> ProxyRequest::connect() {
  reused_ = false;
  app_ = std::make_unique<UpstreamConnection>(proxy_.io());
  expect(proxy_.settings().connect_timeout, UpstreamError::connect_timeout);
  const error_code error = co_await proxy_.pool().connect(*app_);
  expect_nothing();
  if (error) fail(UpstreamError::connect);
}

// As far as it has come.
void ProxyRequest::request_is_sent() {
  if (body_whole_) {
    return expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
  }
  pumping_ = true;
  auto pump = pump_request();
  asio::co_spawn(proxy_.io(), std::move(pump), asio::detached);
}

// The rest of the request's body, while the answer may already be read.
Awaitable<void> ProxyRequest::pump_request() {
  const auto buffer = std::make_unique<char[]>(read_max);
  const auto body_max = proxy_.settings().max_body;
  BodyWriter writer(head_.framing);
  while (!failure_ && !request_.is_done()) {
    expect(proxy_.settings().idle_timeout, UpstreamError::body_timeout);
    auto room = asio::buffer(buffer.get(), read_max);
    const auto [error, n] = co_await request_.read(room);
    if (failure_) break;
    if (error) {
      const bool http_error =
          error.category() == make_error_code(http::error::bad_chunk).category();
      const bool left = !http_error || error == http::error::partial_message;
      fail(left ? UpstreamError::client_left : UpstreamError::bad_body);
      break;
    }
    line_.bytes_in += n;
    if (body_max > 0 && line_.bytes_in > body_max) {
      fail(UpstreamError::body_too_large);
      break;
    }
    const bool over = request_.is_done();
    const std::string trailers = over ? make_trailers(parser_.get()) : std::string();
    const auto parts = writer.parts({buffer.get(), n}, over, trailers);
    error_code lost;
    const std::size_t sent = write_now(app_->socket, parts, lost);
    if (!lost && sent < asio::buffer_size(parts)) {
      expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
      lost = co_await write_rest(app_->socket, parts, sent);
    }
    probe_.bytes_in.add(n);
    // It may have answered early and closed: the answer is still read.
    if (lost) pump_broken_ = true;
    if (lost) break;
  }
  if (!failure_ && !begun_)
    expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
  pumping_ = false;
  pumped_.cancel();
}

Awaitable<void> ProxyRequest::stop_pump() {
  error_code ignored;
  while (pumping_) {
    client_.cancel(ignored);
    if (app_) app_->close();
    pumped_.expires_at(Clock::time_point::max());
    if (pumping_) co_await pumped_.async_wait(no_throw);
  }
}

ProxyResult ProxyRequest::finish() {
  if (failure_) {
    probe_.failed(*failure_);
    out_.keep_alive = false;
    if (*failure_ == UpstreamError::client_left) {
      if (!begun_) line_.status = 499;
      begun_ = true;
    }
    if (!begun_) out_.answer = failure_answer(*failure_, head_.accept);
    out_.reset = answer_head_.framing.kind == Framing::Kind::until_close;
  } else if (line_.status == 101) {
    out_.tunnel = std::move(app_);
    out_.tunnel_place = std::move(*tunnel_);
  }
  if (out_.answer) {
    line_.status = out_.answer->status;
    out_.keep_alive = asked_.keep_alive && request_.is_done();
  }
  line_.end(proxy_, failure_, reused_);
  return std::move(out_);
}

// co_await stands in statements of its own: behind && in a condition GCC 12 lays out the frame
// wrong.
Awaitable<ProxyResult> ProxyRequest::run() {
  const bool admitted = take_head() && admit();
  if (admitted) take_body_that_has_come();
  bool answered = false;
  if (admitted && !failure_) answered = co_await read_answer();
  if (answered) co_await send_answer();
  if (pumping_) co_await stop_pump();
  co_return finish();
}

}  // namespace sidestream
