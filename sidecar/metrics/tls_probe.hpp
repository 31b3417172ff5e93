#pragma once
// What metrics and /readyz tell about TLS on a port.
//
// Thread: any.

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "sidecar/metrics/counter.hpp"
#include "sidecar/metrics/trouble.hpp"

namespace sidestream {

enum class HandshakeResult : std::uint8_t {
  good,
  failed,              // no common version or cipher, or the client refused the certificate
  client_certificate,  // missing or not acceptable
  plain_http,          // the client did not speak TLS
  timed_out,
  evicted,  // too many handshakes at the same time
  closed,   // the client left
};
inline constexpr std::array<std::string_view, 7> handshake_results{
    "good", "failed", "client_certificate", "plain_http", "timed_out", "evicted", "closed"};
constexpr std::string_view name_of(HandshakeResult result) {
  return handshake_results[static_cast<std::size_t>(result)];
}

struct TlsProbe {
  std::array<Counter, handshake_results.size()> handshakes;
  Trouble files;                            // the files have changed and can't be used
  std::atomic<std::int64_t> expires_at{0};  // of the certificate in use, Unix time; 0: no TLS

  void handshaken(HandshakeResult result) { handshakes[static_cast<std::size_t>(result)].add(); }
  // What is wrong now: the files, or else an expired certificate.
  Trouble::State trouble(std::int64_t now_ms) const {
    Trouble::State state = files.state();
    const std::int64_t expiry_ms = expires_at * 1000;
    if (state.since_ms == 0 && expiry_ms != 0 && expiry_ms <= now_ms)
      state = {expiry_ms, "the certificate has expired"};
    return state;
  }
};

}  // namespace sidestream
