#include "tests/support/harness/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace e2e {
namespace {

sockaddr_in loopback(const Address& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &result.sin_addr) != 1) {
    throw WireError("not an IPv4 address: " + address.host);
  }
  return result;
}

bool ready(int fd, short events, const Deadline& deadline) {
  pollfd entry{fd, events, 0};
  int n;
  do n = poll(&entry, 1, deadline.left_ms());
  while (n < 0 && errno == EINTR);
  return n > 0;
}

}  // namespace

Address Address::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) throw WireError("no address: " + std::string(text));
  return {std::string(text.substr(0, colon)),
          static_cast<std::uint16_t>(std::stoi(std::string(text.substr(colon + 1))))};
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto any = loopback({"127.0.0.1", 0});
  socklen_t size = sizeof any;
  bind(fd, reinterpret_cast<sockaddr*>(&any), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size);
  ::close(fd);
  return ntohs(any.sin_port);
}

bool listens(const Address& address) {
  try {
    Socket socket(address);
    return true;
  } catch (const WireError&) {
    return false;
  }
}

Socket::Socket(const Address& address, int receive_buffer) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw WireError(std::string("no socket: ") + strerror(errno));
  if (receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto to = loopback(address);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    const std::string why = strerror(errno);
    close();
    throw WireError("cannot connect to " + address.text() + ": " + why);
  }
}

Socket Socket::adopt(int fd) {
  Socket socket;
  socket.fd_ = fd;
  return socket;
}

Socket::~Socket() { close(); }
Socket::Socket(Socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), end_(std::exchange(other.end_, End::open)) {}
Socket& Socket::operator=(Socket&& other) noexcept {
  close();
  fd_ = std::exchange(other.fd_, -1);
  end_ = std::exchange(other.end_, End::open);
  return *this;
}

void Socket::send(std::string_view bytes, Clock::duration within) {
  const Deadline deadline(within);
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EAGAIN && errno != EINTR) {
      throw WireError(std::string("cannot send: ") + strerror(errno));
    } else if (!ready(fd_, POLLOUT, deadline)) {
      throw WireError("cannot send: the other side does not read");
    }
  }
}

bool Socket::receive(std::string& bytes, Clock::duration within) {
  if (end_ != End::open || fd_ < 0) return false;
  if (!ready(fd_, POLLIN, Deadline(within))) return false;
  char buffer[65536];
  const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
  if (n > 0) {
    bytes.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  end_ = n == 0 ? End::closed : End::reset;
  return false;
}

void Socket::finish_sending() { shutdown(fd_, SHUT_WR); }

void Socket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Socket::reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

}  // namespace e2e
