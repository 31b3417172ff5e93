#include "sidecar/http/net/client_socket.hpp"

namespace sidestream {

// A step waits for its turn, not for its client: silent clients keep nobody out.
Awaitable<boost::system::error_code> ClientSocket::start_tls(std::unique_ptr<TlsSession> session,
                                                             HandshakeGate& gate) {
  tls_ = std::move(session);
  boost::system::error_code error = boost::asio::error::would_block;
  while (error == boost::asio::error::would_block) {
    const auto [unready] = co_await Socket::async_wait(tls_->wanted(), no_throw);
    if (unready) co_return unready;
    const HandshakeGate::Place place = co_await gate.enter();
    tls_->handshake(error);
  }
  co_return error;
}

}  // namespace sidestream
