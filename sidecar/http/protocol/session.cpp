#include "sidecar/http/protocol/session.hpp"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <optional>
#include <utility>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/deadline.hpp"
#include "sidecar/http/net/peer.hpp"
#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/protocol/read_proxy_header.hpp"
#include "sidecar/http/protocol/stream_head.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "sidecar/http/proxy/proxy_request.hpp"
#include "sidecar/http/proxy/readiness.hpp"
#include "sidecar/http/proxy/x_forwarded.hpp"
#include "sidecar/http/streams/tcp_outlet.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr std::uint32_t header_max = 64 * 1024;  // an id of 200 partitions and a page's cookies fit
constexpr std::size_t head_room = 1024;          // at least, for each read of a head
constexpr auto head_time = 10s;                  // for a request's head once its connection is open
constexpr auto idle_time = 60s;                  // between requests
constexpr auto body_time = 30s;
constexpr auto write_time = 30s;

using BodyParser = http::request_parser<http::string_body>;

Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string lower(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Empty lines before a request's first line are not part of it (RFC 9112, 2.2): some clients end a
// body with one. False: what is there may be half of one.
bool skip_empty_lines(beast::flat_buffer& buffer) {
  const auto text = [&buffer] {
    return std::string_view(static_cast<const char*>(buffer.data().data()), buffer.size());
  };
  while (text().starts_with("\r\n")) buffer.consume(2);
  return !text().empty() && text() != "\r";
}

// False: the target is no path.
bool read_line(const RequestHeadParser& parser, Request& request) {
  const auto& head = parser.get();
  request.method = std::string(head.method_string());
  request.http10 = head.version() < 11;
  const auto target = parse_target({head.target().data(), head.target().size()});
  return target && decode(*target, request);
}

void read_fields(const RequestHeadParser& parser, Request& request) {
  for (const auto& field : parser.get()) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
}

class Session {
 public:
  Session(Socket socket, Port port, EventLoop& loop, const SessionContext& context)
      : socket_(std::move(socket)),
        place_(context.quotas.connections.take()),
        port_(port),
        loop_(loop),
        context_(context) {}

  Awaitable<void> run();

 private:
  enum class Next {
    again,  // read the next request
    close,  // end the connection after the client has read the response
    taken,  // a stream or a tunnel owns the connection now
  };

  Awaitable<bool> identify();
  Awaitable<Next> serve();
  Awaitable<Next> serve_ours(Request& request, RequestHeadParser& head, bool is_path,
                             const Route& route);
  Awaitable<beast::error_code> read_head(RequestHeadParser& parser);
  Awaitable<Next> pass_on(const Request& request, RequestHeadParser& head);
  Awaitable<Next> answer_unreadable(beast::error_code error);
  Awaitable<Next> answer(const Request& request, Response response, bool keep_alive);
  Awaitable<Next> answer_readiness(const Request& request, bool keep_alive);
  Awaitable<Next> answer_publish(const Request& request, RequestHeadParser& head,
                                 PublishRequest publish_to);
  Awaitable<Next> start_stream(const Request& request, StreamRequest stream);
  const ServerSettings& settings() const { return loop_.config().server; }
  Client client_of(const Request& request) const;
  Client client_of(const http::fields& fields) const;

  Socket socket_;
  Place place_;  // among the connections
  Deadline deadline_{socket_};
  beast::flat_buffer buffer_;
  Port port_;
  EventLoop& loop_;
  const SessionContext& context_;
  Peer peer_;
  bool passed_on_ = false;
  bool first_ = true;
};

Awaitable<void> Session::run() {
  const bool identified = co_await identify();
  if (!identified) co_return;
  Next next = Next::again;
  while (next == Next::again) next = co_await serve();
  if (next == Next::taken) co_return;
  // Reads what the client still sends for a moment: closing with unread bytes resets the
  // connection, and the reset can overtake the response.
  beast::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  deadline_.set(1s);
  for (std::size_t read = 0; read < 1024 * 1024;) {
    buffer_.clear();
    auto room = buffer_.prepare(16 * 1024);
    const auto [error, n] = co_await socket_.async_read_some(room, no_throw);
    if (error) break;
    read += n;
  }
}

// False: the connection lacks the PROXY header that it must begin with.
Awaitable<bool> Session::identify() {
  beast::error_code error;
  const AddressBytes socket = address_of(socket_.remote_endpoint(error));
  AddressBytes named = socket;
  if (port_ == Port::streams && settings().proxy_protocol) {
    deadline_.set(head_time);
    const auto header = co_await read_proxy_header(socket_, buffer_);
    deadline_.clear();
    if (!header) {
      context_.probe.refused(ConnectionRefusal::proxy_header);
      co_return false;
    }
    named = header->source.value_or(socket);
  }
  peer_ = make_peer(socket, named, settings().trusted_proxies);
  co_return true;
}

Awaitable<Session::Next> Session::serve() {
  RequestHeadParser parser;
  parser.header_limit(header_max);
  parser.body_limit(boost::none);
  deadline_.set(first_ ? head_time : idle_time);
  first_ = false;
  const beast::error_code error = co_await read_head(parser);
  if (error) co_return co_await answer_unreadable(error);
  deadline_.clear();
  Request request;
  const bool is_path = read_line(parser, request);
  Route route;
  if (is_path) {
    route = Router::find(loop_.config(), port_, request);
  } else if (port_ == Port::streams && settings().upstream) {
    route.kind = Route::Kind::app;
  }
  if (route.kind == Route::Kind::app) co_return co_await pass_on(request, parser);
  co_return co_await serve_ours(request, parser, is_path, route);
}

// A separate coroutine because its frame is large and requests for the app do not need it.
Awaitable<Session::Next> Session::serve_ours(Request& request, RequestHeadParser& head,
                                             bool is_path, const Route& route) {
  if (auto fault = find_framing_fault(head.get())) {
    Response response = std::move(*fault);
    co_return co_await answer(request, std::move(response), false);
  }
  const bool keep_alive = head.get().keep_alive();
  read_fields(head, request);
  if (!is_path) {
    Response response = Response::error(400, "the request target is not a path");
    co_return co_await answer(request, std::move(response), false);
  }
  Router::Outcome outcome = context_.router.route(loop_.config(), port_, request, route, now());
  if (std::holds_alternative<Router::ToApp>(outcome)) {
    co_return co_await pass_on(request, head);
  }
  if (auto* stream = std::get_if<StreamRequest>(&outcome)) {
    co_return co_await start_stream(request, std::move(*stream));
  }
  if (auto* publish_to = std::get_if<PublishRequest>(&outcome)) {
    co_return co_await answer_publish(request, head, std::move(*publish_to));
  }
  // Unwanted bodies are not read, so the connection cannot be reused.
  const bool has_body = head.content_length().value_or(0) > 0 || head.chunked();
  const bool reuse = keep_alive && !has_body;
  if (std::holds_alternative<AdminPages::AskReadiness>(outcome)) {
    co_return co_await answer_readiness(request, reuse);
  }
  Response response = std::get<Response>(std::move(outcome));
  co_return co_await answer(request, std::move(response), reuse);
}

// While draining the result is 503 in any case, so the upstream app is not asked.
Awaitable<Session::Next> Session::answer_readiness(const Request& request, bool keep_alive) {
  const auto* upstream = loop_.upstream();
  std::optional<AppState> app;
  if (upstream && !upstream->readiness.empty() && !context_.lifecycle.is_draining()) {
    app = co_await ask_app(loop_.io(), *upstream);
  }
  Response response = context_.router.pages().readiness(app ? &*app : nullptr);
  co_return co_await answer(request, std::move(response), keep_alive);
}

// end_of_stream: the client closed before the first byte.
Awaitable<beast::error_code> Session::read_head(RequestHeadParser& parser) {
  while (true) {
    beast::error_code error;
    if (parser.got_some() ? buffer_.size() > 0 : skip_empty_lines(buffer_))
      buffer_.consume(parser.put(buffer_.data(), error));
    if (parser.is_header_done()) co_return error;
    if (error && error != http::error::need_more) co_return error;
    auto room = buffer_.prepare(std::max(head_room, buffer_.capacity() - buffer_.size()));
    const auto [unread, n] = co_await socket_.async_read_some(room, no_throw);
    buffer_.commit(n);
    if (unread == asio::error::eof) {
      co_return parser.got_some() || buffer_.size() > 0 ? http::error::partial_message
                                                        : http::error::end_of_stream;
    }
    if (unread) co_return unread;
  }
}

// Passes the request on to the upstream app.
Awaitable<Session::Next> Session::pass_on(const Request& request, RequestHeadParser& head) {
  if (!std::exchange(passed_on_, true)) {
    beast::error_code ignored;
    set_proxy_options(socket_.native_handle());
    socket_.non_blocking(true, ignored);
  }
  const auto target = head.get().target();
  if (!parse_target({target.data(), target.size()})) {
    Response response = Response::error(400, "the request target is not a path");
    co_return co_await answer(request, std::move(response), false);
  }
  const Client client = client_of(head.get());
  ProxyResult done;
  {  // The request ends here: its place is free and its watch over before an error is written.
    ProxyRequest proxied(loop_.proxy(), socket_, buffer_, std::move(head), peer_, client);
    done = co_await proxied.run();
  }
  if (done.answer) co_return co_await answer(request, std::move(*done.answer), done.keep_alive);
  if (done.tunnel) {
    const auto ahead = buffer_.data(), behind = done.tunnel->buffer.data();
    Tunnel::Places places{std::move(place_), std::move(done.tunnel_place)};
    loop_.proxy().add_tunnel(std::move(socket_), std::move(done.tunnel->socket), std::move(places),
                             {static_cast<const char*>(ahead.data()), ahead.size()},
                             {static_cast<const char*>(behind.data()), behind.size()});
    co_return Next::taken;
  }
  if (done.reset) {
    beast::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }
  co_return done.keep_alive ? Next::again : Next::close;
}

Client Session::client_of(const Request& request) const {
  if (!peer_.trusted) return {peer_.bytes, peer_.socket};
  return find_client(peer_, request.joined("x-forwarded-for"), request.joined("forwarded"),
                     settings().trusted_proxies);
}

Client Session::client_of(const http::fields& fields) const {
  if (!peer_.trusted) return {peer_.bytes, peer_.socket};
  return find_client(peer_, joined(fields, "x-forwarded-for"), joined(fields, "forwarded"),
                     settings().trusted_proxies);
}

Awaitable<Session::Next> Session::answer_unreadable(beast::error_code error) {
  const bool ours = error.category() == make_error_code(http::error::bad_method).category();
  if (!ours || error == http::error::end_of_stream || error == http::error::partial_message) {
    co_return Next::close;
  }
  context_.probe.malformed.add();
  const bool too_long = error == http::error::header_limit || error == http::error::buffer_overflow;
  Response response =
      too_long ? Response::error(431, "the request head exceeds 64 KiB")
               : Response::error(400, "the request is not valid HTTP/1.1: " + error.message());
  Request none;
  co_return co_await answer(none, std::move(response), false);
}

Awaitable<Session::Next> Session::answer(const Request& request, Response response,
                                         bool keep_alive) {
  http::response<http::string_body> out;
  out.version(request.http10 ? 10 : 11);
  out.result(response.status);
  if (response.status != 204) out.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) out.insert(name, value);
  // Draining: so that the next request goes to another process.
  keep_alive = keep_alive && !context_.lifecycle.is_draining();
  out.keep_alive(keep_alive);
  const std::size_t size = response.body.size();
  if (request.method != "HEAD") out.body() = std::move(response.body);
  if (response.status != 204) out.content_length(size);
  context_.probe.response(response.status);
  deadline_.set(write_time);
  http::response_serializer<http::string_body> serializer(out);
  const auto [error, n] = request.method == "HEAD"
                              ? co_await http::async_write_header(socket_, serializer, no_throw)
                              : co_await http::async_write(socket_, serializer, no_throw);
  co_return !error && keep_alive ? Next::again : Next::close;
}

Awaitable<Session::Next> Session::answer_publish(const Request& request, RequestHeadParser& head,
                                                 PublishRequest publish_to) {
  const bool keep_alive = head.get().keep_alive();
  if (head.content_length().value_or(0) > publish_to.body_max) {
    Response response = body_too_large(publish_to);
    co_return co_await answer(request, std::move(response), false);
  }
  if (beast::iequals(head.get()[http::field::expect], "100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    deadline_.set(write_time);
    const auto [error, n] = co_await asio::async_write(socket_, asio::buffer(go_on), no_throw);
    if (error) co_return Next::close;
  }
  BodyParser parser(std::move(head));
  parser.body_limit(publish_to.body_max);
  deadline_.set(body_time);
  const auto [error, n] = co_await http::async_read(socket_, buffer_, parser, no_throw);
  if (error == http::error::body_limit) {
    Response response = body_too_large(publish_to);
    co_return co_await answer(request, std::move(response), false);
  }
  if (error) co_return co_await answer_unreadable(error);
  deadline_.clear();
  publish_to.message.value = std::move(parser.get().body());
  Response response = co_await publish(std::move(publish_to));
  co_return co_await answer(request, std::move(response), keep_alive);
}

Awaitable<Session::Next> Session::start_stream(const Request& request, StreamRequest stream) {
  std::string head = stream_head(request, cors_headers(stream.cors, request));
  const bool head_only = request.method == "HEAD";
  std::optional<Place> place;
  if (!head_only && !context_.lifecycle.is_ending()) {
    place = context_.quotas.streams.take(settings().max_connections);
  }
  const bool refused = !head_only && !place;
  if (refused) {
    context_.probe.streams_refused.add();
    head += refusal(request, stream, context_.lifecycle.is_ending() ? "drain" : "overload");
  }
  // With the courtesies off nothing of ours would follow for a while, and proxies hold back bare
  // heads.
  if (!refused && !head_only && !stream.control_events)
    head += request.http10 ? ":\n" : "2\r\n:\n\r\n";
  set_stream_options(socket_.native_handle());
  deadline_.set(write_time);
  const auto [error, n] = co_await asio::async_write(socket_, asio::buffer(head), no_throw);
  if (error || refused || head_only) co_return Next::close;
  deadline_.clear();
  StreamOptions options;
  options.subscription.composite = stream.composite;
  options.subscription.control_events = stream.control_events;
  options.heartbeat = stream.heartbeat;
  options.retry = stream.retry;
  options.max_age = settings().max_age;
  options.access_log = settings().access_log;
  options.client = client_of(request);
  if (const auto parent = request.header("traceparent"); parent && is_traceparent(*parent))
    options.trace_id = trace_id_of(*parent);
  std::vector<std::shared_ptr<OpenLog>> logs;
  std::vector<StartRequest> starts;
  for (auto& part : stream.parts) {
    logs.push_back(context_.logs.enter(part.topic, part.log));
    starts.push_back(std::move(part.start));
  }
  auto outlet = std::make_unique<TcpOutlet>(std::move(socket_), std::move(place_),
                                            request.http10 ? Coding::identity : Coding::chunked);
  loop_.streams().add(std::move(outlet), std::move(*place), logs, starts, options);
  co_return Next::taken;
}

}  // namespace

Awaitable<void> run_session(Socket socket, Port port, EventLoop& loop,
                            const SessionContext& context) {
  try {
    Session session(std::move(socket), port, loop, context);
    co_await session.run();
  } catch (const std::exception& error) {
    context.log.error("http", "connection failed", {{"error", error.what()}});
  }
}

}  // namespace sidestream
