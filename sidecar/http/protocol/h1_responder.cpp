#include "sidecar/http/protocol/h1_responder.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

#include "sidecar/http/net/peer.hpp"
#include "sidecar/http/net/write_now.hpp"
#include "sidecar/http/protocol/h1_body.hpp"
#include "sidecar/http/protocol/h1_client_watch.hpp"
#include "sidecar/http/protocol/h1_head.hpp"
#include "sidecar/http/protocol/stream_head.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "sidecar/http/proxy/proxy_request.hpp"
#include "sidecar/http/proxy/refused_stream.hpp"
#include "sidecar/http/proxy/x_forwarded.hpp"
#include "sidecar/http/streams/tcp_outlet.hpp"
#include "sidecar/http/streams/tls_outlet.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr auto write_time = 30s;

std::string_view as_text(const auto& buffer) {
  return {static_cast<const char*>(buffer.data()), buffer.size()};
}

}  // namespace

// Unwanted bodies are not read, so the connection cannot be reused after one.
H1Responder::H1Responder(H1Transport& client, RequestHeadParser* head, const Request& request,
                         EventLoop& loop, const ServerContext& context)
    : client_(client),
      head_(head),
      request_(request),
      loop_(loop),
      context_(context),
      reusable_(head && head->keep_alive() && head->content_length().value_or(0) == 0 &&
                !head->chunked()) {}

// While draining the connection closes, so that the next request goes to another process.
Awaitable<void> H1Responder::respond(Response response) {
  if (has_line(response.status)) log_refusal(response);
  const bool keep_alive = reusable_ && !context_.lifecycle.is_draining();
  const bool says_keep_alive = keep_alive && request_.http10;
  const std::string_view connection = says_keep_alive ? "keep-alive" : keep_alive ? "" : "close";
  const std::string head = head_of(response, connection);
  const bool head_only = request_.method == "HEAD";
  const std::array<asio::const_buffer, 2> parts{
      asio::buffer(head), asio::buffer(response.body.data(), head_only ? 0 : response.body.size())};
  context_.probe.response(response.status);
  client_.deadline.set(write_time);
  beast::error_code error;
  const std::size_t sent = write_now(client_.socket, parts, error);
  if (!error && sent < asio::buffer_size(parts))
    error = co_await write_rest(client_.socket, parts, sent);
  next_ = !error && keep_alive ? Next::again : Next::close;
}

// Limits of publishes (429, 503) and of heads have lines of their own; 503 of /readyz is no refusal.
bool H1Responder::has_line(unsigned status) const {
  const bool client_error = status >= 400 && status < 500;
  if (passed_on_) return !passed_on_->logged && (client_error || status == 503);
  return client_error && status != 429;
}

void H1Responder::log_refusal(const Response& response) {
  const bool publishes = request_.method == "POST" && !passed_on_;
  const auto kind = publishes ? RefusalLog::Kind::publish : RefusalLog::Kind::request;
  const bool has_cause = passed_on_ && !passed_on_->cause.empty();
  const std::string_view reason = has_cause ? passed_on_->cause : response.reason;
  const std::string path = request_.segments.empty() ? std::string() : request_.path();
  context_.limits.refusals.write(kind, reason, passed_on_ ? passed_on_->client : request_.client,
                                 response.status, {request_.method, path, response.subject});
}

// An HTTP/1.0 client does not know 100 (RFC 9110, 10.1.1).
bool H1Responder::expects_continue() const {
  return !request_.http10 && beast::iequals(head_->get()[http::field::expect], "100-continue");
}

Awaitable<Body> H1Responder::read_body(std::uint64_t limit) {
  const bool keep_alive = head_->keep_alive();
  const BodyBudget budget(context_.limits.bodies, request_.client.key(), limit);
  const bool expected = expects_continue();
  beast::error_code error;
  Body body = co_await read_h1_body(client_, std::move(*head_), budget, expected, error);
  if (is_malformed(error)) {
    context_.probe.malformed.add();
    Response response = malformed_response(error);
    co_await respond(std::move(response));
  }
  reusable_ = keep_alive && body.outcome == Body::Outcome::whole;
  co_return body;
}

std::unique_ptr<Outlet> H1Responder::open_stream(Dialect dialect, const Fields& headers) {
  next_ = Next::taken;
  client_.deadline.clear();
  set_stream_options(client_.socket.native_handle());
  const Coding coding = request_.http10 ? Coding::identity : Coding::chunked;
  std::string head = stream_head(request_.http10, dialect, headers);
  auto place = client_.connection->take_place();
  ClientSocket& socket = client_.socket;
  if (socket.has_tls() && !socket.tls().kernel_sends())
    return std::make_unique<TlsOutlet>(std::move(socket), std::move(place), coding,
                                       std::move(head));
  return std::make_unique<TcpOutlet>(std::move(socket).release(), std::move(place), coding,
                                     std::move(head));
}

Awaitable<void> H1Responder::respond_stream(Dialect dialect, Fields headers, std::string blocks) {
  std::string text = stream_head(request_.http10, dialect, headers);
  if (request_.method != "HEAD") append_stream_body(text, request_.http10, blocks);
  client_.deadline.set(write_time);
  co_await asio::async_write(client_.socket, asio::buffer(text), no_throw);
  next_ = Next::close;
}

std::unique_ptr<ClientWatch> H1Responder::watch_client(std::function<void()> left) {
  return std::make_unique<H1ClientWatch>(client_.socket, std::move(left));
}

Client H1Responder::find_client_of_fields() const {
  const Peer& peer = client_.peer;
  if (!peer.trusted) return {peer.bytes, peer.socket};
  const auto& fields = head_->get();
  return find_client(peer, joined(fields, "x-forwarded-for"), joined(fields, "forwarded"),
                     loop_.config().server.trusted_proxies);
}

Awaitable<void> H1Responder::pass_on() {
  if (!std::exchange(client_.for_proxy, true)) {
    set_proxy_options(client_.socket.native_handle());
  }
  const auto target = head_->get().target();
  if (!parse_target({target.data(), target.size()})) {
    close_after_answer();
    Response response = Response::error(400, "the request target is not a path");
    co_return co_await respond(std::move(response));
  }
  const Client asker = find_client_of_fields();
  ProxyResult done;
  {  // The request ends here: its place is free and its watch over before an error is written.
    ProxyRequest proxied(loop_.proxy(), client_.socket, client_.buffer, std::move(*head_),
                         client_.peer, asker);
    done = co_await proxied.run();
  }
  passed_on_ = {asker, done.cause, done.logged};
  reusable_ = done.keep_alive;
  if (done.refused_stream) {
    if (has_line(done.answer->status)) log_refusal(*done.answer);
    co_return co_await respond_refused_stream(*done.refused_stream);
  }
  if (done.answer) co_return co_await respond(std::move(*done.answer));
  if (done.tunnel) co_return open_tunnel(done);
  if (done.reset) {
    beast::error_code ignored;
    client_.socket.set_option(asio::socket_base::linger(true, 0), ignored);
    // The destructor of an Asio socket takes the option back, so it is closed here.
    client_.connection.reset();
    client_.socket.close(ignored);
    next_ = Next::taken;
    co_return;
  }
  next_ = done.keep_alive ? Next::again : Next::close;
}

// Without a response the client reconnects too, but a load balancer in between would answer 502.
Awaitable<void> H1Responder::respond_refused_stream(RefusedStream stream) {
  next_ = Next::close;
  if (stream.cross_origin) co_return;
  const RetrySettings retry = loop_.config().server.retry;
  std::string blocks = refused_stream_blocks(stream, retry);
  Fields headers;
  co_await respond_stream(Dialect::event_stream, std::move(headers), std::move(blocks));
}

void H1Responder::open_tunnel(ProxyResult& done) {
  next_ = Next::taken;
  const auto from_client = client_.buffer.data(), from_app = done.tunnel->buffer.data();
  Tunnel::Places places{client_.connection->take_place(), std::move(done.tunnel_place)};
  loop_.proxy().add_tunnel(std::move(client_.socket), std::move(done.tunnel->socket),
                           std::move(places), as_text(from_client), as_text(from_app));
}

}  // namespace sidestream
