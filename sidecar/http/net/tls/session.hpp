#pragma once
// One TLS connection over a non-blocking socket: OpenSSL on the socket itself, so that the kernel can
// take over the encryption of what is sent (kTLS) where it offers that.
//
// Thread: the socket's loop. Borrows the socket. The process ignores SIGPIPE.

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>

namespace sidestream {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

class TlsSession {
 public:
  using WaitType = boost::asio::socket_base::wait_type;

  explicit TlsSession(SslPtr ssl) : ssl_(std::move(ssl)) {}

  // Each does what it can now. Error would_block: wait for wanted(), then call it again; a write with
  // the same bytes.
  void handshake(boost::system::error_code& error);
  std::size_t read(boost::asio::mutable_buffer into, boost::system::error_code& error);
  std::size_t write(boost::asio::const_buffer from, boost::system::error_code& error);
  // Of the last call.
  WaitType wanted() const { return wanted_; }

  // There are bytes that the socket will not announce.
  bool has_pending() const { return SSL_has_pending(ssl_.get()) != 0; }
  // The kernel encrypts what is written to the socket itself.
  bool kernel_sends() const;
  // After a failed handshake: the client has sent a request of plain HTTP.
  bool met_plain_http() const { return plain_http_; }
  // Tells the client that nothing more comes, if that needs no waiting.
  void say_goodbye();

 private:
  boost::system::error_code take_error(int result);

  SslPtr ssl_;
  WaitType wanted_ = boost::asio::socket_base::wait_read;
  bool plain_http_ = false;
};

}  // namespace sidestream
