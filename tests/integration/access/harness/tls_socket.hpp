#pragma once
// A TLS connection as bytes, for tests that need many of them or send what no client sends.
//
// Thread: one at a time. Errors: WireError.

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/support/harness/socket.hpp"

namespace e2e {

class TlsSocket {
 public:
  // Connects and shakes hands.
  explicit TlsSocket(const Address& server);

  void send(std::string_view bytes);
  // Bytes behind TLS: what the server's OpenSSL meets.
  void send_raw(std::string_view bytes) { socket_.send(bytes); }
  // Appends what comes to `bytes` until it holds `text`. False: the connection ended before.
  bool receive_until(std::string& bytes, std::string_view text,
                     Clock::duration within = 20s * patience);
  // "/CN=name" of the server's certificate.
  std::string subject() const;

 private:
  Socket socket_;
  std::shared_ptr<SSL> ssl_;
};

}  // namespace e2e
