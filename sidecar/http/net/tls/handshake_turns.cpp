#include "sidecar/http/net/tls/handshake_turns.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>

namespace sidestream {

struct HandshakeTurns::Waiting {
  using Timer = boost::asio::steady_timer;

  Waiting(HandshakeTurns& t, const Executor& executor)
      : turns(t), timer(executor, Timer::time_point::max()) {
    place = turns.waiting_.insert(turns.waiting_.end(), this);
  }
  ~Waiting() { leave(); }
  void leave() {
    if (place) turns.waiting_.erase(*place);
    place.reset();
  }

  HandshakeTurns& turns;
  Timer timer;
  std::optional<std::list<Waiting*>::iterator> place;  // nothing: its turn has come
};

Awaitable<void> HandshakeTurns::next() {
  const Executor executor = co_await boost::asio::this_coro::executor;
  refill_after_pass(executor);
  if (left_ > 0) {
    --left_;
    co_return;
  }
  Waiting waiting(*this, executor);
  co_await waiting.timer.async_wait(no_throw);
}

// Behind everything that is ready now.
void HandshakeTurns::refill_after_pass(const Executor& executor) {
  if (refills_) return;
  refills_ = true;
  boost::asio::post(executor, [this, executor] { refill(executor); });
}

void HandshakeTurns::refill(const Executor& executor) {
  refills_ = false;
  left_ = steps_per_pass;
  if (!waiting_.empty()) refill_after_pass(executor);
  for (; left_ > 0 && !waiting_.empty(); --left_) {
    Waiting& first = *waiting_.front();
    first.leave();
    first.timer.cancel();
  }
}

}  // namespace sidestream
