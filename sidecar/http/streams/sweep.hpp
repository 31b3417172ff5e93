#pragma once
// What time brings to the streams of an event loop: their ends, heartbeats, dead and slow clients.
// One sweep looks at all streams, so no stream needs a timer.
//
// Pure but for its question to the outlet whether the client is dead. Thread: one event loop.
// Borrows memory.

#include <chrono>
#include <cstdint>
#include <optional>

#include "sidecar/http/streams/loop_time.hpp"
#include "sidecar/http/streams/stream.hpp"
#include "sidecar/http/streams/sweep_pace.hpp"

namespace sidestream {

class Sweep {
 public:
  using Clock = std::chrono::steady_clock;

  Sweep(const Memory& memory, Clock::time_point now) : memory_(memory), peers_checked_(now) {}

  // How often to sweep depends on the streams that are open.
  SweepPace& pace() { return pace_; }
  const SweepPace& pace() const { return pace_; }

  // Begins a sweep; then call look_at() for each stream.
  void begin(Clock::time_point now);
  struct Verdict {
    std::optional<CloseReason> close;
    bool has_output = false;  // it has something to send
    bool ask_rights = false;  // the source of its rights is to be asked
  };
  Verdict look_at(Stream& stream, const LoopTime& time) const;

 private:
  const Memory& memory_;
  SweepPace pace_;
  Clock::time_point peers_checked_;
  bool checks_peers_ = false;  // this sweep
};

}  // namespace sidestream
