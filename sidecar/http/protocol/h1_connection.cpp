#include "sidecar/http/protocol/h1_connection.hpp"

#include <optional>
#include <utility>

#include "sidecar/http/net/peer.hpp"
#include "sidecar/http/net/tls/certificates.hpp"
#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/protocol/h1_head.hpp"
#include "sidecar/http/protocol/read_proxy_header.hpp"
#include "sidecar/http/protocol/tls_handshake.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto proxy_header_time = 10s;
constexpr auto handshake_time = 10s;
constexpr auto linger_time = 30s;
constexpr auto linger_silence = 5s;
constexpr std::size_t buffer_kept = 8 * 1024;  // of an idle connection

}  // namespace

H1Connection::H1Connection(Socket socket, std::unique_ptr<Connection> admitted, Port port,
                           EventLoop& loop, const ServerContext& context)
    : client_(std::move(socket), std::move(admitted)),
      port_(port),
      loop_(loop),
      context_(context),
      dispatcher_(port, loop, context) {
  boost::beast::error_code ignored;
  client_.socket.non_blocking(true, ignored);  // for write_now()
}

Awaitable<void> H1Connection::run() {
  const bool identified = co_await identify();
  if (!identified) co_return;
  const auto& certificates = port_ == Port::admin ? context_.admin_tls : context_.tls;
  if (certificates) {
    const bool is_secure = co_await secure(*certificates);
    if (!is_secure) co_return;
  }
  Next next = Next::again;
  while (next == Next::again) {
    next = co_await serve();
    if (next == Next::taken) co_return;
    client_.connection->end_request();
    if (client_.buffer.capacity() > buffer_kept) client_.buffer.shrink_to_fit();
  }
  co_await linger();
}

// False: the connection lacks the PROXY header that it must begin with.
Awaitable<bool> H1Connection::identify() {
  boost::beast::error_code error;
  const AddressBytes socket = address_of(client_.socket.remote_endpoint(error));
  AddressBytes named = socket;
  if (port_ == Port::streams && loop_.config().server.proxy_protocol) {
    client_.deadline.set(proxy_header_time);
    const auto header = co_await read_proxy_header(client_.socket, client_.buffer);
    client_.deadline.clear();
    if (!header) {
      context_.probe.refused(ConnectionRefusal::proxy_header);
      context_.limits.refusals.write(RefusalLog::Kind::connection,
                                     name_of(ConnectionRefusal::proxy_header), {socket, socket});
      co_return false;
    }
    named = header->source.value_or(socket);
    client_.connection->set_address(address_key(named));
  }
  client_.peer = make_peer(socket, named, loop_.config().server.trusted_proxies);
  co_return true;
}

// False: the handshake failed.
Awaitable<bool> H1Connection::secure(TlsCertificates& certificates) {
  set_proxy_options(client_.socket.native_handle());  // tickets and the response go out at once
  const auto until = Deadline::Clock::now() + handshake_time;
  client_.deadline.set(handshake_time);
  const bool admin = port_ == Port::admin;
  TlsHandshake handshake(client_.socket, certificates, loop_.handshakes(),
                         admin ? context_.limits.admin_handshakes : context_.limits.handshakes);
  const HandshakeResult result = co_await handshake.run(address_key(client_.peer.bytes), until);
  client_.deadline.clear();
  certificates.probe().handshaken(result);
  client_.peer.tls = result == HandshakeResult::good;
  if (client_.peer.tls) co_return true;
  if (result == HandshakeResult::plain_http) {
    co_await refuse_plain_http();
  } else if (result != HandshakeResult::closed) {
    context_.limits.refusals.handshake_failed(name_of(result), handshake.error(),
                                              {client_.peer.bytes, client_.peer.socket});
  }
  // The client must get the answer or the alert.
  const bool answered = result == HandshakeResult::plain_http || !handshake.error().empty();
  client_.socket.stop_tls();
  if (answered) co_await linger();
  co_return false;
}

// The answer can't be encrypted: there is no TLS connection.
Awaitable<void> H1Connection::refuse_plain_http() {
  Request request;
  request.client = {client_.peer.bytes, client_.peer.socket};
  H1Responder responder(client_, nullptr, request, loop_, context_);
  Response response = Response::error(400, "this port speaks HTTPS; write https:// in the URL");
  co_await responder.respond(std::move(response));
}

Client H1Connection::client_of(const Request& request) const {
  const Peer& peer = client_.peer;
  if (!peer.trusted) return {peer.bytes, peer.socket};
  return find_client(peer, request.joined("x-forwarded-for"), request.joined("forwarded"),
                     loop_.config().server.trusted_proxies);
}

// Reads what the client still sends: closing with unread bytes resets the connection, and the reset
// can overtake the response. Clients that read it only after their whole body is sent (Python's
// http.client) need the time that nginx gives them too.
Awaitable<void> H1Connection::linger() {
  boost::beast::error_code ignored;
  client_.socket.shutdown(Socket::shutdown_send, ignored);
  const auto end = Deadline::Clock::now() + linger_time;
  while (Deadline::Clock::now() < end) {
    client_.deadline.set(linger_silence);
    client_.buffer.clear();
    auto room = client_.buffer.prepare(16 * 1024);
    const auto [error, n] = co_await client_.socket.async_read_some(room, no_throw);
    if (error) break;
  }
}

Awaitable<H1Connection::Next> H1Connection::serve() {
  RequestHeadParser head;
  const bool first = std::exchange(first_, false);
  ByteBudget& budget = port_ == Port::admin ? context_.limits.admin_heads : context_.limits.heads;
  const boost::beast::error_code error = co_await read_head(client_, head, first, budget);
  const bool kept = client_.connection->begin_request();
  if (!kept) co_return Next::close;
  if (error) co_return co_await refuse_head(error);
  client_.deadline.clear();
  Request request;
  request.client = {client_.peer.bytes, client_.peer.socket};
  const bool is_path = read_request_line(head, request);
  const Route route = dispatcher_.find(is_path ? &request : nullptr);
  H1Responder responder(client_, &head, request, loop_, context_);
  if (route.kind == Route::Kind::app) {
    co_await responder.pass_on();
  } else {
    co_await answer(is_path, route, head, request, responder);
  }
  co_return responder.next();
}

// A separate coroutine because requests for the upstream app do not need its frame.
Awaitable<void> H1Connection::answer(bool is_path, const Route& route, RequestHeadParser& head,
                                     Request& request, H1Responder& responder) {
  std::optional<Response> fault = find_framing_fault(head.get());
  // On the admin port, pages check their names, and health is answered under any.
  const bool of_topics = port_ == Port::streams || route.kind != Route::Kind::other;
  if (!fault && of_topics) fault = find_host_fault(head.get());
  if (!fault && !is_path) fault = Response::error(400, "the request target is not a path");
  if (fault) {
    responder.close_after_answer();
    co_return co_await responder.respond(std::move(*fault));
  }
  read_headers(head, request);
  request.client = client_of(request);
  request.from_trusted_proxy = client_.peer.trusted;
  request.tls = client_.peer.tls;
  co_await dispatcher_.answer(request, route, responder);
}

Awaitable<H1Connection::Next> H1Connection::refuse_head(boost::beast::error_code error) {
  if (!is_malformed(error) && !is_over_budget(error)) co_return Next::close;
  if (is_malformed(error)) context_.probe.malformed.add();
  if (is_over_budget(error)) {
    context_.probe.refused(LimitRefusal::heads);
    context_.limits.refusals.write(RefusalLog::Kind::request, name_of(LimitRefusal::heads),
                                   {client_.peer.bytes, client_.peer.socket}, 503);
  }
  Request request;
  request.client = {client_.peer.bytes, client_.peer.socket};
  H1Responder responder(client_, nullptr, request, loop_, context_);
  Response response = malformed_response(error);
  co_await responder.respond(std::move(response));
  co_return responder.next();
}

}  // namespace sidestream
