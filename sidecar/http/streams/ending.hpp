#pragma once
// When and why the server ends a stream: drain, max_age, reload. Pure: time and rng are arguments.
//
// Thread: one event loop.

#include <chrono>
#include <cstdint>

#include "sidecar/base/rng.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class Ending {
 public:
  using Clock = std::chrono::steady_clock;

  CloseReason reason() const { return reason_; }
  // The client knows.
  bool announced() const { return announced_; }
  bool is_due(Clock::time_point now) const { return now >= at_; }

  // Ends a stream that opens now after max_age, or up to a quarter earlier, so that streams that
  // came together don't leave together. 0: no limit.
  void set_max_age(Clock::time_point now, std::chrono::milliseconds max_age, Rng& rng);
  // Ends the stream at a random time within `window`, unless it ends earlier. Nothing happens once
  // the end was announced.
  void end_within(CloseReason reason, std::chrono::milliseconds window, Clock::time_point now,
                  Rng& rng);
  // The client gets the end now and some time to read its last bytes. Then the stream is due again.
  void announce(Clock::time_point now);
  // Everything was sent. The client has a moment to close. `reached_end`: the stream's logs have
  // ended.
  void finish(Clock::time_point now, bool reached_end = false);

 private:
  Clock::time_point at_ = Clock::time_point::max();
  CloseReason reason_ = CloseReason::drain;
  bool announced_ = false;
};

}  // namespace sidestream
