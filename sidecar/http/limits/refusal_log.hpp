#pragma once
// Log lines of refusals. Each kind has its own rate, so that a flood of one kind writes few lines
// and hides no other kind; a line tells how many of its kind were left out before it.
//
// Thread: any.

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/client/client.hpp"

namespace sidestream {

class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Kind : std::uint8_t { connection, stream, publish, request };

  explicit RefusalLog(Logger log) : log_(std::move(log)) {}

  // `status`: of the answer; 0: the connection was closed without one.
  void write(Kind kind, std::string_view reason, const Client& client, unsigned status = 0,
             Clock::time_point now = Clock::now());

 private:
  struct Pace {
    Clock::time_point whole_at{};  // GCRA, see rate_limit.hpp
    std::uint64_t left_out = 0;
  };

  // Nothing to write: `left_out` has grown.
  bool admit(Kind kind, Clock::time_point now, std::uint64_t& left_out);

  const Logger log_;
  std::mutex mutex_;
  std::array<Pace, 4> paces_;
};

}  // namespace sidestream
