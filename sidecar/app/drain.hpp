#pragma once
// The shutdown of the process, step by step:
//
//   1. /readyz answers 503, the port still accepts (drain_delay: load balancers stop routing here)
//   2. streams end, spread over the window (drain); requests complete
//   3. everything is closed, or the window and its margin have passed
//   4. the port closes; connections in the accept queue are still answered
//
// `--drain` and POST /drain omit step 4: the port stays open until a signal arrives.
//
// Thread: the main thread, which calls step() repeatedly. begin() is idempotent.

#include <chrono>
#include <optional>

#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/server.hpp"

namespace sidestream {

class Drain {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows all.
  Drain(Server& server, const Quotas& quotas, Lifecycle& lifecycle, const Logger& log)
      : server_(server), quotas_(quotas), lifecycle_(lifecycle), log_(log) {}

  void begin(Clock::time_point now, std::chrono::milliseconds delay);
  // The process ends after the drain.
  void end() { ending_ = true; }
  bool is_ending() const { return ending_; }

  // `window`: the time over which streams end. True: the process can exit.
  bool step(Clock::time_point now, std::chrono::milliseconds window);
  // The longest wait until the next step().
  std::chrono::milliseconds pause() const;

 private:
  Server& server_;
  const Quotas& quotas_;
  Lifecycle& lifecycle_;
  const Logger& log_;
  bool ending_ = false;
  std::optional<Clock::time_point> streams_end_at_;
  std::optional<Clock::time_point> give_up_at_;
  std::optional<Clock::time_point> closed_at_;  // the port is closed
};

}  // namespace sidestream
