#include "sidecar/http/protocol/h1_client_watch.hpp"

#include <utility>

namespace sidestream {

H1ClientWatch::H1ClientWatch(ClientSocket& socket, std::function<void()> left)
    : socket_(socket), left_(std::make_shared<std::function<void()>>(std::move(left))) {
  const std::weak_ptr<std::function<void()>> weak = left_;
  socket_.async_wait(Socket::wait_read, [weak, &socket](boost::system::error_code) {
    const auto alive = weak.lock();
    if (alive && socket.peer_has_ended()) (*alive)();
  });
}

H1ClientWatch::~H1ClientWatch() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace sidestream
