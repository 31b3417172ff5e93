#pragma once
// TLS settings of outgoing connections: certificates are verified, TLS 1.2 or newer.
//
// Thread: one event loop.

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "sidecar/fetch/error.hpp"

namespace sidestream {

class FetchTls {
 public:
  // `ca_file`: trusted certificates in PEM; empty: the system's.
  explicit FetchTls(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  // The context for a new connection. Reads the CA file again after it was replaced.
  // Errors: tls.
  Fetched<boost::asio::ssl::context*> context();
  // "the system's certificates" or "CA file PATH", for error texts.
  std::string trusted() const;

 private:
  // What a replaced file differs in.
  struct Version {
    std::uint64_t inode = 0;
    std::int64_t size = 0, seconds = 0, nanoseconds = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };
  Version version() const;

  std::string ca_file_;
  Version loaded_;
  std::unique_ptr<boost::asio::ssl::context> context_;
};

// Sends `host` as the server name unless it is an IP address, and expects it in the certificate.
bool expect_host(SSL* ssl, const std::string& host, bool is_address);

// Why a handshake failed: the certificate's fault where it was rejected, else `fallback`.
std::string handshake_error(SSL* ssl, const std::string& fallback);

}  // namespace sidestream
