#pragma once
// How bytes go over a connected, non-blocking socket: as they are, or through TLS.
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
  done,        // `moved` bytes (at least one), or the handshake is over
  want_read,   // nothing moved: wait until the socket can be read
  want_write,  // nothing moved: wait until the socket can be written
  failed,      // see error(); the connection is over
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Io handshake() = 0;
  virtual Io read(std::span<char> into, std::size_t& moved) = 0;
  virtual Io write(std::string_view bytes, std::size_t& moved) = 0;
  // Bytes are waiting inside, so that the socket's readiness doesn't tell.
  virtual bool holds_bytes() const = 0;
  virtual std::string error() const = 0;  // one sentence
};

std::unique_ptr<Transport> make_plain_transport(int socket);

// What TLS connections share: the authorities. Never null; an unreadable file shows when a
// connection is made, so a file that comes later is used then.
class TlsContext {
 public:
  virtual ~TlsContext() = default;
  // Null: see error().
  virtual std::unique_ptr<Transport> make_transport(int socket) = 0;
  virtual std::string error() const = 0;
};

std::unique_ptr<TlsContext> make_tls_context(const RedisOptions& options);

}  // namespace sidestream::redis
