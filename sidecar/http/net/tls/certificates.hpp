#pragma once
// The certificate of a port, and what else a handshake needs. Files that change are read again before
// the next handshake; ones that don't fit keep the old pair in use, which a log line and /readyz tell.
//
// Thread: any.

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/net/tls/session.hpp"
#include "sidecar/metrics/access_probe.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// What is wrong with the files, as a sentence; empty: nothing.
std::string check_tls(const TlsSettings& settings);

class TlsCertificates {
 public:
  // `port`: for log lines. Requires: check_tls() finds nothing, else no handshake succeeds.
  TlsCertificates(TlsSettings settings, std::string port, Logger log);

  // A session on this socket. Null: OpenSSL has no memory, or there is no certificate.
  std::unique_ptr<TlsSession> accept(int socket);
  // Of the last change.
  Trouble::State trouble() const { return trouble_.state(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Context = std::shared_ptr<SSL_CTX>;

  Context current();
  void look_for_changes();

  const TlsSettings settings_;
  const std::string port_;
  const Logger log_;
  Trouble trouble_;
  std::mutex mutex_;  // guards the following
  Context context_;
  std::size_t files_ = 0;  // a hash of their states
  Clock::time_point looked_at_{};
};

}  // namespace sidestream
