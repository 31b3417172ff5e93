#include "tests/system/faults/link.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace e2e::faults {
namespace {

constexpr int turn_ms = 5;  // so soon it does what it is told
constexpr std::size_t most = 1 << 16;

void prepare(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int connect_to(const Address& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // Loopback: it is there at once, or refused.
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

// One way of a connection, from a socket to the other.
struct Pipe {
  int from = -1;
  int to = -1;
  std::string waiting = {};
  bool silent = false;
  bool ended = false;  // an orderly end was handed on

  // What to wait for; nothing of a silent one, not even its end.
  pollfd reads() const { return {silent || ended || !waiting.empty() ? -1 : from, POLLIN, 0}; }
  pollfd writes() const { return {silent || waiting.empty() ? -1 : to, POLLOUT, 0}; }

  // False: the connection is broken.
  bool read() {
    waiting.resize(most);
    const ssize_t n = recv(from, waiting.data(), most, MSG_DONTWAIT);
    waiting.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n > 0) return write();
    ended = true;
    return shutdown(to, SHUT_WR) == 0;
  }
  bool write() {
    const ssize_t n = send(to, waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    waiting.erase(0, static_cast<std::size_t>(n));
    return true;
  }
};

}  // namespace

struct Link::Connection {
  Connection(int sidecar, int broker, std::uint32_t number)
      : fds{sidecar, broker}, index(number), pipes{Pipe{sidecar, broker}, Pipe{broker, sidecar}} {}
  ~Connection() {
    for (const int fd : fds) {
      // Whoever still waits hears of it at once.
      const linger now{1, 0};
      if (!over()) setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      close(fd);
    }
  }
  bool over() const { return pipes[0].ended && pipes[1].ended; }
  bool silent() const { return pipes[0].silent || pipes[1].silent; }
  void silence(int ways) {
    pipes[0].silent = pipes[0].silent || (ways & to_broker) != 0;
    pipes[1].silent = pipes[1].silent || (ways & to_sidecar) != 0;
  }

  std::array<int, 2> fds;
  std::uint32_t index;
  std::array<Pipe, 2> pipes;
  bool broken = false;
};

Link::Link() : address_{"127.0.0.1", 0} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 ||
      listen(listener_, 128) != 0) {
    throw WireError("no port for a link");
  }
  getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
  address_.port = ntohs(here.sin_port);
  thread_ = std::thread([this] { run(); });
}

Link::~Link() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

void Link::lead_to(const Address& broker) {
  const std::lock_guard lock(mutex_);
  broker_ = broker;
}

void Link::silence(int ways, int percent, std::uint32_t salt) {
  const std::lock_guard lock(mutex_);
  if (percent >= 100) silent_ways_ |= ways;
  for (auto& connection : connections_) {
    const std::uint32_t drawn = (connection->index * 2654435761u ^ salt * 40503u) >> 8;
    if (static_cast<int>(drawn % 100) < percent) connection->silence(ways);
  }
}

void Link::go_on() {
  const std::lock_guard lock(mutex_);
  silent_ways_ = 0;
  for (auto& connection : connections_) {
    for (auto& pipe : connection->pipes) pipe.silent = false;
  }
}

void Link::reset() {
  const std::lock_guard lock(mutex_);
  silent_ways_ = 0;
  std::erase_if(connections_, [](const auto& connection) { return connection->silent(); });
}

void Link::run() {
  while (!stop_) turn();
}

void Link::accept_one() {
  const int sidecar = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (sidecar < 0) return;
  const int broker = connect_to(broker_);
  if (broker < 0) {
    close(sidecar);
    return;
  }
  prepare(sidecar);
  prepare(broker);
  connections_.push_back(std::make_unique<Connection>(sidecar, broker, count_++));
  connections_.back()->silence(silent_ways_);
}

void Link::turn() {
  std::vector<pollfd> polled{{listener_, POLLIN, 0}};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& connection : connections_) {
      for (const auto& pipe : connection->pipes) {
        polled.push_back(pipe.reads());
        polled.push_back(pipe.writes());
      }
    }
  }
  poll(polled.data(), polled.size(), turn_ms);
  const std::lock_guard lock(mutex_);
  // Those that were reset meanwhile may have had these numbers: one turn is left out then.
  if (polled.size() == 1 + 4 * connections_.size()) {
    std::size_t at = 1;
    for (auto& connection : connections_) {
      for (auto& pipe : connection->pipes) {
        const bool readable = polled[at++].revents != 0, writable = polled[at++].revents != 0;
        if (pipe.silent) continue;
        if (readable && pipe.waiting.empty() && !pipe.read()) connection->broken = true;
        if (writable && !pipe.waiting.empty() && !pipe.write()) connection->broken = true;
      }
    }
  }
  std::erase_if(connections_, [](const auto& c) { return c->broken || c->over(); });
  if (polled[0].revents != 0) accept_one();
}

}  // namespace e2e::faults
