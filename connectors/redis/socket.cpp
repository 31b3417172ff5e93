#include "connectors/redis/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <system_error>

namespace sidestream::redis {
namespace {

void set(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

// A peer that vanished without closing the connection is detected within about 25 s.
void tune(int socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 20'000);
}

}  // namespace

bool Addresses::resolve(const RedisOptions& options) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto failure =
      ::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found);
  list_.reset(failure == 0 ? found : nullptr);
  next_ = list_.get();
  error_ =
      failure == 0 ? std::string() : std::string("resolving the name: ") + gai_strerror(failure);
  return failure == 0;
}

int Addresses::connect_next() {
  assert(any_left());
  const auto& address = *next_;
  next_ = next_->ai_next;
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket >= 0) {
    tune(socket);
    const auto done = ::connect(socket, address.ai_addr, address.ai_addrlen);
    if (done == 0 || errno == EINPROGRESS) return socket;
  }
  error_ = "connecting: " + std::generic_category().message(errno);
  if (socket >= 0) ::close(socket);
  return -1;
}

std::string connect_error(int socket) {
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size);
  return code == 0 ? std::string() : "connecting: " + std::generic_category().message(code);
}

}  // namespace sidestream::redis
