#include "tests/perf/bench/load/outlet.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "tests/perf/bench/load/stamp.hpp"

namespace bench {

void wait_until(std::int64_t until_ns, int fd) {
  const std::int64_t left = std::max<std::int64_t>(until_ns - now_ns(), 0);
  const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
  pollfd one{fd, POLLIN, 0};
  ppoll(&one, 1, &timeout, nullptr);
}

int connect_to(const sockaddr_in& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    throw std::runtime_error(std::string("can't connect to publish: ") + strerror(errno));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

}  // namespace bench
