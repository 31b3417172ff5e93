#include "sidecar/http/net/tls/handshake_gate.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace sidestream {

struct HandshakeGate::Waiting {
  Waiting(HandshakeGate& g, const boost::asio::io_context::executor_type& executor)
      : gate(g), timer(executor, Timer::time_point::max()) {
    gate.waiting_.push_back(this);
  }
  ~Waiting() { std::erase(gate.waiting_, this); }

  HandshakeGate& gate;
  Timer timer;
};

Awaitable<HandshakeGate::Place> HandshakeGate::enter() {
  if (running_ < most_) {
    ++running_;
    co_return Place(*this);
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  Waiting waiting(*this, executor);
  co_await waiting.timer.async_wait(no_throw);
  co_return Place(*this);  // leave() has passed its place on
}

void HandshakeGate::leave() {
  if (waiting_.empty()) {
    --running_;
    return;
  }
  Waiting* next = waiting_.front();
  waiting_.pop_front();
  next->timer.cancel();
}

}  // namespace sidestream
