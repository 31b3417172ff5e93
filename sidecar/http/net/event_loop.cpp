#include "sidecar/http/net/event_loop.hpp"

#include <boost/asio/post.hpp>

namespace sidestream {

EventLoop::EventLoop(Memory& memory, ServerProbe& probe, const Lifecycle& lifecycle, Quotas& quotas,
                     Limits& limits, const ConfigHolder& config, const Logger& log)
    : io_(1),
      work_(io_.get_executor()),
      config_(config),
      streams_(io_, memory, probe, log, read_clocks,
               {[this] { return config_.get().server.limits.replay_bytes_per_second; },
                &limits.replays, &limits.refusals}),
      upstream_(config.get()->server.upstream) {
  if (upstream_) proxy_.emplace(io_, *upstream_, probe, lifecycle, quotas, log);
}

void EventLoop::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    streams_.close_all();
    if (proxy_) proxy_->close_all();
    io_.stop();
  });
  thread_.join();
}

}  // namespace sidestream
