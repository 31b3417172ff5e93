#include "sidecar/http/event_loop.hpp"

#include <boost/asio/post.hpp>

namespace sidestream {

void EventLoop::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    streams_.close_all();
    io_.stop();
  });
  thread_.join();
}

}  // namespace sidestream
