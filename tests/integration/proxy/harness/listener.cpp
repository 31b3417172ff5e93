#include "tests/integration/proxy/harness/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace e2e {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void check(int result, const char* what) {
  if (result < 0) throw WireError(std::string(what) + ": " + strerror(errno));
}

}  // namespace

Listener::Listener(std::string kind, int backlog) : kind_(std::move(kind)) { open(backlog); }
Listener::~Listener() { close(); }

void Listener::open_tcp() {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto address = loopback(port_);
  socklen_t size = sizeof address;
  check(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
  url_ = "http://127.0.0.1:" + std::to_string(port_);
}

void Listener::open_unix() {
  const auto path = folder_.file("app.sock");
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  unlink(path.c_str());
  check(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  url_ = "unix:" + path;
}

void Listener::open(int backlog) {
  kind_ == "unix" ? open_unix() : open_tcp();
  check(listen(fd_, backlog), "listen");
}

void Listener::close() {
  for (const int fd : fillers_) ::close(fd);
  fillers_.clear();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Listener::fill() {
  const auto address = loopback(port_);
  for (int i = 0; i < 8; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    fillers_.push_back(fd);
    // Most of these stay in the middle of connecting, which is the purpose.
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
      check(-1, "connect");
    }
  }
}

bool Listener::accept_into(Peer& peer, Clock::duration within) {
  const Deadline deadline(within);
  for (;;) {
    pollfd entry{fd_, POLLIN, 0};
    if (poll(&entry, 1, deadline.left_ms()) == 0) return false;
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) check(fd, "accept");
      continue;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // means nothing on a Unix socket
    peer = Peer(Socket::adopt(fd));
    return true;
  }
}

Peer Listener::accept(Clock::duration within) {
  Peer peer;
  if (!accept_into(peer, within)) throw WireError("nobody connects to the app");
  return peer;
}

bool Listener::is_quiet(Clock::duration time) {
  Peer peer;
  return !accept_into(peer, time);
}

}  // namespace e2e
