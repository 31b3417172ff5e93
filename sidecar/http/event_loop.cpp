#include "sidecar/http/event_loop.hpp"

#include <boost/asio/post.hpp>

namespace sidestream {

EventLoop::EventLoop(Memory& memory, ServerProbe& probe, const ServerSettings& settings,
                     const Log& log)
    : io_(1), work_(io_.get_executor()), streams_(io_, memory, probe, log) {
  if (settings.upstream) proxy_.emplace(io_, *settings.upstream, probe.upstream, log);
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
