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
#include <string>
#include <utility>

#include "sidecar/base/free_by.hpp"

namespace sidestream {

using SslPtr = std::unique_ptr<SSL, FreeBy<SSL_free>>;

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

  // There are decrypted bytes, which the socket will not announce. (Of an unfinished record it
  // announces the rest.)
  bool has_pending() const { return SSL_pending(ssl_.get()) > 0; }
  // The client has ended its side. Takes in records, but none of their bytes.
  bool peer_has_ended();
  // The kernel encrypts what is written to the socket itself.
  bool kernel_sends() const;
  // After a failed handshake: the client has no certificate, or one that is not acceptable.
  bool lacks_client_certificate() const;
  // Of the last call that failed, in OpenSSL's words; empty: the connection broke.
  std::string failure() const;
  // Tells the client that nothing more comes, if that needs no waiting.
  void say_goodbye();

 private:
  boost::system::error_code take_error(int result);

  SslPtr ssl_;
  WaitType wanted_ = boost::asio::socket_base::wait_read;
  unsigned long failure_ = 0;  // OpenSSL's
};

}  // namespace sidestream
