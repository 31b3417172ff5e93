#pragma once
// Lets one step of a handshake run at a time on an event loop. A step costs a millisecond; the next
// one is queued behind whatever else the loop has to do, so a storm of handshakes delays open streams
// by little.
//
// Thread: the loop's.

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <deque>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

class HandshakeGate {
 public:
  explicit HandshakeGate(std::size_t most = 1) : most_(most) {}
  HandshakeGate(const HandshakeGate&) = delete;
  HandshakeGate& operator=(const HandshakeGate&) = delete;

  // A turn, given back by destruction.
  class Place {
   public:
    explicit Place(HandshakeGate& gate) : gate_(&gate) {}
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_) gate_->leave();
    }

   private:
    HandshakeGate* gate_;
  };
  Awaitable<Place> enter();

 private:
  using Timer = boost::asio::steady_timer;
  // Takes itself out when the waiting coroutine ends early.
  struct Waiting;

  void leave();

  const std::size_t most_;
  std::size_t running_ = 0;
  std::deque<Waiting*> waiting_;
};

}  // namespace sidestream
