#pragma once
// Carries plain connections to a TLS server, so that every client of the tests can speak TLS.
//
// Thread: made and destroyed on the test's; a thread for each connection.

#include <openssl/ssl.h>

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tests/support/harness/socket.hpp"

namespace e2e {

struct TlsClient {
  std::string certificate = {};  // PEM files; empty: none
  std::string key = {};
  int version_max = 0;  // TLS1_2_VERSION, ...; 0: the newest
  bool http2_only = false;
};

class TlsBridge {
 public:
  explicit TlsBridge(const Address& server, TlsClient client = {});
  ~TlsBridge();
  TlsBridge(const TlsBridge&) = delete;
  TlsBridge& operator=(const TlsBridge&) = delete;

  const Address& address() const { return address_; }
  // Of the last handshake: "TLSv1.3", the chosen protocol of ALPN, the subject of the server's
  // certificate; empty where it failed.
  std::string version() const { return told(version_); }
  std::string alpn() const { return told(alpn_); }
  std::string subject() const { return told(subject_); }

 private:
  void accept_all();
  void carry(int plain);
  std::string told(const std::string& text) const {
    const std::lock_guard lock(mutex_);
    return text;
  }

  const Address server_;
  Address address_;
  std::shared_ptr<SSL_CTX> context_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // guards the following
  std::string version_, alpn_, subject_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace e2e
