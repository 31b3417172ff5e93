#pragma once
// The end of a process, step by step, so that no client notices more than it must:
//
//   not ready, still accepting (drain_delay: balancers look away)
//   streams end, spread over the window (drain), requests go on to their ends
//   nothing is open, or the window and its margin are over
//   the port is closed; connections that waited for accept() are still answered
//
// It may be asked for without an end (`--drain`, POST /drain): then the port stays open until a
// signal comes.
//
// Thread: the main one, that calls `step` again and again; `begin` is idempotent.

#include <chrono>
#include <optional>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/server.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class Drain {
 public:
  using Clock = std::chrono::steady_clock;

  Drain(Server& server, ServerProbe& probe, Logger& log)
      : server_(server), probe_(probe), log_(log) {}

  void begin(Clock::time_point now, std::chrono::milliseconds delay);
  // And then the process ends.
  void end() { ending_ = true; }
  bool is_ending() const { return ending_; }

  // `window`: how long the ends of streams are spread. Whether all is over and the process may go.
  bool step(Clock::time_point now, std::chrono::milliseconds window);
  // How long to wait for the next step at most.
  std::chrono::milliseconds pause() const;

 private:
  bool nothing_is_open() const;

  Server& server_;
  ServerProbe& probe_;
  Logger& log_;
  bool ending_ = false;
  std::optional<Clock::time_point> streams_end_at_;
  std::optional<Clock::time_point> give_up_at_;
  std::optional<Clock::time_point> closed_at_;  // nobody can connect any more
};

}  // namespace sidestream
