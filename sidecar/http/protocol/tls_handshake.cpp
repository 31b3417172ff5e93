#include "sidecar/http/protocol/tls_handshake.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <utility>

namespace sidestream {
namespace {

using boost::system::error_code;

bool would_block(const error_code& error) { return error == boost::asio::error::would_block; }

// A request line begins with a letter, a TLS handshake with the byte 22.
bool is_letter(char byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

}  // namespace

Awaitable<HandshakeResult> TlsHandshake::run(AddressKey client, Clock::time_point until) {
  until_ = until;
  const auto [unready] = co_await socket_.async_wait(Socket::wait_read, no_throw);
  char first = 0;
  const int socket = socket_.native_handle();
  if (unready || ::recv(socket, &first, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) co_return explain();
  if (is_letter(first)) co_return HandshakeResult::plain_http;
  const auto admission = running_.admit(client, socket, handshakes_most);
  if (!admission.connection) co_return HandshakeResult::evicted;
  auto session = certificates_.accept(socket);
  if (!session) {
    error_ = "no certificate";
    co_return HandshakeResult::failed;
  }
  socket_.start_tls(std::move(session));
  const error_code error = co_await step_until_done();
  const bool kept = admission.connection->begin_request();
  if (!error) co_return HandshakeResult::good;
  co_return kept ? explain() : HandshakeResult::evicted;
}

// A step waits for its turn, not for its client.
Awaitable<error_code> TlsHandshake::step_until_done() {
  error_code error;
  while (true) {
    co_await turns_.next();
    if (Clock::now() >= until_) co_return boost::asio::error::timed_out;
    socket_.tls().handshake(error);
    if (!would_block(error)) co_return error;
    const auto [unready] = co_await socket_.async_wait(socket_.tls().wanted(), no_throw);
    if (unready) co_return unready;
  }
}

HandshakeResult TlsHandshake::explain() {
  if (Clock::now() >= until_) return HandshakeResult::timed_out;
  if (socket_.has_tls()) error_ = socket_.tls().failure();
  if (error_.empty()) return HandshakeResult::closed;
  return socket_.tls().lacks_client_certificate() ? HandshakeResult::client_certificate
                                                  : HandshakeResult::failed;
}

}  // namespace sidestream
