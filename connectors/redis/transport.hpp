#pragma once
// Bytes over a connected, non-blocking socket, plain or with TLS.
//
// Thread: one at a time. Owns the socket.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "connectors/redis/redis_options.hpp"

namespace sidestream::redis {

enum class Io {
  done,        // `moved` bytes (at least one), or the handshake is complete
  want_read,   // no bytes moved: wait until the socket is readable
  want_write,  // no bytes moved: wait until the socket is writable
  failed,      // see error(); the connection is lost
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Io handshake() = 0;
  virtual Io read(std::span<char> into, std::size_t& moved) = 0;
  virtual Io write(std::string_view bytes, std::size_t& moved) = 0;
  // Whether it holds decrypted bytes that poll(2) does not report.
  virtual bool holds_bytes() const = 0;
  virtual std::string error() const = 0;  // one sentence
};

std::unique_ptr<Transport> make_plain_transport(int socket);

// What TLS connections share: the CAs. The file is read for each connection, so a file that is
// missing or replaced later takes effect then.
class TlsContext {
 public:
  virtual ~TlsContext() = default;
  // Takes the socket, and closes it on failure. Null: see error().
  virtual std::unique_ptr<Transport> make_transport(int socket) = 0;
  virtual std::string error() const = 0;
};

// Never null.
std::unique_ptr<TlsContext> make_tls_context(const RedisOptions& options);

}  // namespace sidestream::redis
