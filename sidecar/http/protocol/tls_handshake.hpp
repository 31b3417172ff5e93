#pragma once
// The TLS handshake of a new connection. Silent clients cost nothing but their connection: OpenSSL
// begins with the first byte. Of clients that have begun, at most handshakes_most wait at a time: a
// newcomer takes the place of the one that has waited longest, of the address that has most.
//
// Thread: the socket's loop.

#include <cstdint>
#include <string>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/net/deadline.hpp"
#include "sidecar/http/net/tls/certificates.hpp"
#include "sidecar/http/net/tls/handshake_turns.hpp"
#include "sidecar/metrics/tls_probe.hpp"

namespace sidestream {

// A handshake that has begun holds some 50 KiB of OpenSSL's memory.
inline constexpr std::uint64_t handshakes_most = 512;

class TlsHandshake {
 public:
  // Borrows all. `running`: those that have begun, of all loops.
  TlsHandshake(ClientSocket& socket, TlsCertificates& certificates, HandshakeTurns& turns,
               ConnectionTable& running)
      : socket_(socket), certificates_(certificates), turns_(turns), running_(running) {}

  // `until`: someone shuts the socket down then. After `good` the socket speaks TLS. After
  // `plain_http` it does not, and the client's bytes are unread.
  Awaitable<HandshakeResult> run(AddressKey client, Deadline::Clock::time_point until);
  // Of a handshake that failed; empty: the connection broke.
  const std::string& error() const { return error_; }

 private:
  using Clock = Deadline::Clock;

  Awaitable<boost::system::error_code> step_until_done();
  HandshakeResult explain();

  ClientSocket& socket_;
  TlsCertificates& certificates_;
  HandshakeTurns& turns_;
  ConnectionTable& running_;
  Clock::time_point until_{};
  std::string error_;
};

}  // namespace sidestream
