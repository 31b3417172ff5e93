#include "sidecar/fetch/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_size = 16 * 1024;

}  // namespace

FetchRoute::FetchRoute(const FetchUrl& url, std::string unix_socket)
    : tls(url.tls),
      host(url.host),
      port(url.port),
      is_address(url.is_address()),
      socket(std::move(unix_socket)) {}

std::string FetchRoute::text() const {
  return socket.empty() ? host + ":" + std::to_string(port) : socket;
}

FetchConnection::FetchConnection(asio::io_context& io, FetchRoute route)
    : io_(io), route_(std::move(route)), socket_(io), timer_(io) {}

Awaitable<Fetched<void>> FetchConnection::connect(FetchTls& tls, Clock::time_point deadline) {
  Fetched<FetchEndpoints> endpoints = FetchEndpoints();
  if (route_.socket.empty()) {
    endpoints = co_await look_up(io_, route_.host, route_.port, deadline);
  } else if (route_.socket.size() < sizeof(sockaddr_un::sun_path)) {
    endpoints->emplace_back(asio::local::stream_protocol::endpoint(route_.socket));
  }
  if (!endpoints) co_return endpoints.error();
  error_code error = asio::error::invalid_argument;
  auto left = static_cast<int>(endpoints->size());
  for (const FetchEndpoint& endpoint : *endpoints) {
    const auto now = Clock::now();
    close_at(now + (deadline - now) / left--);
    error = co_await connect_to(endpoint);
    if (!error) break;
  }
  if (error) {
    const std::string why = timed_out_ ? "no answer in time" : error.message();
    const auto code = timed_out_ ? FetchErrc::timeout : FetchErrc::connect;
    co_return FetchError(code, "cannot connect to " + route_.text() + ": " + why);
  }
  close_at(deadline);
  if (!route_.tls) co_return boost::system::in_place_value;
  co_return co_await handshake(tls);
}

Awaitable<error_code> FetchConnection::connect_to(FetchEndpoint endpoint) {
  timed_out_ = false;
  error_code error;
  socket_.close(error);
  socket_.open(endpoint.protocol(), error);
  if (error) co_return error;
  const auto [refused] = co_await socket_.async_connect(endpoint, no_throw);
  if (!refused && endpoint.protocol().family() != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  co_return refused;
}

Awaitable<Fetched<void>> FetchConnection::handshake(FetchTls& tls) {
  const auto context = tls.context();
  if (!context) co_return context.error();
  tls_.emplace(socket_, **context);
  SSL* const ssl = tls_->native_handle();
  if (!expect_host(ssl, route_.host, route_.is_address)) {
    co_return FetchError(FetchErrc::tls, "invalid TLS server name " + route_.host);
  }
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, no_throw);
  if (!error) co_return boost::system::in_place_value;
  const std::string where = "TLS handshake with " + route_.text() + ": ";
  if (timed_out_) co_return FetchError(FetchErrc::timeout, where + "no answer in time");
  const std::string why = handshake_error(ssl, error.message());
  co_return FetchError(FetchErrc::tls, where + why + "; trusted: " + tls.trusted());
}

void FetchConnection::close_at(Clock::time_point when) {
  due_ = when;
  timer_.expires_at(when);  // cancels an earlier wait
  timer_.async_wait([weak = std::weak_ptr<FetchConnection*>(self_)](const error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) (*self)->expire();
  });
}

void FetchConnection::expire() {
  if (Clock::now() < due_) return;  // an earlier wait that could no longer be cancelled
  timed_out_ = true;
  error_code ignored;
  socket_.close(ignored);
}

Awaitable<error_code> FetchConnection::write(std::string_view bytes) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  error_code error;
  if (tls_) {
    const auto [unsent, n] = co_await asio::async_write(*tls_, buffer, no_throw);
    error = unsent;
  } else {
    const auto [unsent, n] = co_await asio::async_write(socket_, buffer, no_throw);
    error = unsent;
  }
  co_return error;
}

Awaitable<error_code> FetchConnection::read_some(boost::beast::flat_buffer& buffer) {
  const auto room = buffer.prepare(read_size);
  error_code error;
  std::size_t size = 0;
  if (tls_) {
    const auto [unread, n] = co_await tls_->async_read_some(room, no_throw);
    error = unread, size = n;
  } else {
    const auto [unread, n] = co_await socket_.async_read_some(room, no_throw);
    error = unread, size = n;
  }
  buffer.commit(size);
  co_return error;
}

bool FetchConnection::is_quiet() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace sidestream
