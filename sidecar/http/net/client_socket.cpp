#include "sidecar/http/net/client_socket.hpp"

namespace sidestream {

Awaitable<boost::system::error_code> ClientSocket::start_tls(std::unique_ptr<TlsSession> session) {
  tls_ = std::move(session);
  boost::system::error_code error;
  while (true) {
    tls_->handshake(error);
    if (error != boost::asio::error::would_block) co_return error;
    const auto [unready] = co_await Socket::async_wait(tls_->wanted(), no_throw);
    if (unready) co_return unready;
  }
}

}  // namespace sidestream
