#pragma once
// Log lines of refusals and client errors. Each kind has its own rate, so that a flood of one kind
// writes few lines and hides no other kind. They are not sampled: access_log does not hide them.
//
// Thread: any.

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/client/client.hpp"
#include "sidecar/http/limits/line_pace.hpp"

namespace sidestream {

class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Kind : std::uint8_t { connection, stream, publish, request, replay, handshake };
  // Of the request, where there is one. `path`: without the query, which may hold secrets.
  // `subject`: of the person, as log lines may show it; empty: nobody is known.
  struct Target {
    std::string_view method;
    std::string_view path;
    std::string_view subject{};
  };

  explicit RefusalLog(Logger log) : log_(std::move(log)) {}

  // `status`: of the answer; 0: the connection was closed without one.
  void write(Kind kind, std::string_view reason, const Client& client, unsigned status = 0,
             Clock::time_point now = Clock::now()) {
    write(kind, reason, client, status, Target(), now);
  }
  void write(Kind kind, std::string_view reason, const Client& client, unsigned status,
             const Target& target, Clock::time_point now = Clock::now());
  // A TLS handshake. `error`: what OpenSSL says.
  void handshake_failed(std::string_view reason, std::string_view error, const Client& client,
                        Clock::time_point now = Clock::now());
  // A replay that waits.
  void delayed(std::string_view limit, AddressKey client, Clock::time_point now);

 private:
  const Logger log_;
  std::array<LinePace, 6> paces_;
};

}  // namespace sidestream
