#pragma once
// The certificate of a port. The next handshake uses files that have changed; while they can't be
// used the earlier certificate stays, and the probe and a log line tell why.
//
// Thread: any.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/net/tls/context.hpp"
#include "sidecar/http/net/tls/session.hpp"
#include "sidecar/metrics/tls_probe.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// What is wrong with the files, as a sentence; empty: nothing.
std::string check_tls(const TlsSettings& settings);
// When the certificate has expired, a sentence about it; empty: it is valid, or can't be read.
std::string warn_of_expiry(const TlsSettings& settings);

class TlsCertificates {
 public:
  // `port`: for log lines. Borrows the probe. Requires: check_tls() finds nothing, else no handshake
  // succeeds.
  TlsCertificates(TlsSettings settings, std::string port, TlsProbe& probe, Logger log);

  // A session on this socket. Null: OpenSSL has no memory, or there is no certificate.
  std::unique_ptr<TlsSession> accept(int socket);
  // Looks for changed files, and for an expired certificate. Call it every second: without clients
  // nothing else notices.
  void look();

  TlsProbe& probe() { return probe_; }

 private:
  using Clock = std::chrono::steady_clock;

  void look_for_changes();
  void use(TlsContext fresh);

  const TlsSettings settings_;
  const std::string port_;
  TlsProbe& probe_;
  const Logger log_;
  std::mutex mutex_;  // guards the following
  TlsContext context_;
  std::size_t files_ = 0;  // a hash of their states
  Clock::time_point tried_at_{};
  bool told_of_expiry_ = false;
};

}  // namespace sidestream
