#include "sidecar/app/drain.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_interval = 200ms;  // for drain requests and the number of open streams
constexpr auto last_requests =
    100ms;                   // of connections in the accept queue when the port was closed
constexpr auto margin = 2s;  // after the window, for sockets with unsent bytes

}  // namespace

void Drain::begin(Clock::time_point now, std::chrono::milliseconds delay) {
  if (streams_end_at_) return;
  lifecycle_.advance(Lifecycle::Phase::draining);
  log_.info("app", "draining", {{"streams", quotas_.streams.taken()}});
  streams_end_at_ = now + delay;
}

bool Drain::step(Clock::time_point now, std::chrono::milliseconds window) {
  if (streams_end_at_ && !give_up_at_ && now >= *streams_end_at_) {
    server_.drain(window);
    give_up_at_ = now + window + margin;
  }
  if (closed_at_) return now >= *closed_at_ + last_requests;
  const bool over = give_up_at_ && (quotas_.all_free() || now >= *give_up_at_);
  if (ending_ && over) {
    server_.stop_accepting();
    closed_at_ = now;
  }
  return false;
}

std::chrono::milliseconds Drain::pause() const {
  return closed_at_ ? last_requests : poll_interval;
}

}  // namespace sidestream
