#include "sidecar/app/drain_socket.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sidecar/app/drain_name.hpp"

namespace sidestream {
namespace {

constexpr int backlog = 16;
constexpr int senders_per_call =
    64;  // so that a stranger who connects again and again delays little
constexpr timeval order_time{0, 200'000};
constexpr std::chrono::seconds stranger_line_every{10};

// A listening socket, or -1 with errno.
int listen_on(const std::string& name) {
  const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return -1;
  const AbstractAddress address(name);
  if (::bind(socket, address.get(), address.size) == 0 && ::listen(socket, backlog) == 0)
    return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return -1;
}

}  // namespace

DrainSocket::DrainSocket(const std::string& config, Logger log)
    : log_(std::move(log)), socket_(listen_on(make_drain_name(config))) {
  if (socket_ >= 0) return;
  log_.warn("app", "drain socket unavailable; --drain does not reach this process",
            {{"error", std::generic_category().message(errno)}});
}

DrainSocket::~DrainSocket() {
  for (const int sender : senders_) ::close(sender);
  if (socket_ >= 0) ::close(socket_);
}

bool DrainSocket::take_orders() {
  bool any = false;
  for (int i = 0; socket_ >= 0 && i < senders_per_call; ++i) {
    const int sender = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (sender < 0) break;
    const bool ordered = take_order(sender);
    any = any || ordered;
    ordered ? senders_.push_back(sender) : static_cast<void>(::close(sender));
  }
  return any;
}

// Waits a moment for the order: the sender first looks whom it has reached.
bool DrainSocket::take_order(int sender) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(sender, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  if (who.uid != ::geteuid() && who.uid != 0) {
    log_stranger(who.uid);
    return false;
  }
  char byte = 0;
  ::setsockopt(sender, SOL_SOCKET, SO_RCVTIMEO, &order_time, sizeof order_time);
  return ::recv(sender, &byte, 1, 0) == 1;
}

void DrainSocket::acknowledge() {
  for (const int sender : senders_) {
    ::send(sender, "k", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(sender);
  }
  senders_.clear();
}

void DrainSocket::log_stranger(unsigned user) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_stranger_line_) return;
  next_stranger_line_ = now + stranger_line_every;
  log_.warn("app", "drain order of another user refused", {{"uid", user}});
}

}  // namespace sidestream
