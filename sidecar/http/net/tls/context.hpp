#pragma once
// What the handshakes of a port share, made from its files.
//
// Thread: any.

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct TlsContext {
  std::shared_ptr<SSL_CTX> ssl;  // null: the files can't be used
  std::int64_t expires_at = 0;   // Unix time: of the certificate, or earlier of one of its chain
};

// Reads the files. Errors: `problem` is a sentence that begins with the key of the file.
TlsContext load_tls_context(const TlsSettings& settings, std::string& problem);

// Reads a PEM file of certificate authorities. What is wrong with it, as a sentence; empty: nothing.
std::string check_authorities(const std::string& path);

}  // namespace sidestream
