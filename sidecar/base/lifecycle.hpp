#pragma once
// The phase of the process. Owned by the application, read by everything that admits work.
//
//   ready     everything is accepted
//   draining  /readyz answers 503 and connections are not kept, so that load balancers move on;
//             new requests and streams are still accepted
//   ending    new streams are refused and open ones end
//
// Thread: any. Phases never go back.

#include <atomic>
#include <cstdint>

namespace sidestream {

class Lifecycle {
 public:
  enum class Phase : std::uint8_t { ready, draining, ending };

  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  bool is_draining() const { return phase() != Phase::ready; }
  bool is_ending() const { return phase() == Phase::ending; }

  // Does nothing if the phase has passed already.
  void advance(Phase phase) {
    Phase now = phase_.load(std::memory_order_relaxed);
    while (now < phase && !phase_.compare_exchange_weak(now, phase)) {
    }
  }

 private:
  std::atomic<Phase> phase_{Phase::ready};
};

}  // namespace sidestream
