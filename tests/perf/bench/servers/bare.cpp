// The machine's limit: a server that sends each block that comes in to every connected socket, and
// does nothing else. No HTTP but a fixed answer, no ids, no history, no heartbeats.
//
//   bench_bare PORT PUBLISH_PORT [THREADS]
//
// A block is a length of four bytes and the bytes to send. What a socket doesn't take is kept for
// it.

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Block = std::shared_ptr<const std::string>;

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

int listen_at(const char* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(atoi(port)));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 4096) != 0) {
    perror("bench_bare");
    exit(1);
  }
  return fd;
}

class Loop {
 public:
  Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_NONBLOCK)) {
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_, &event);
  }
  void start() {
    std::thread([this] { run(); }).detach();
  }

  void add(int fd) {  // any thread
    const std::lock_guard lock(mutex_);
    arrived_.push_back(fd);
    ring();
  }
  void send_all(Block block) {  // any thread
    const std::lock_guard lock(mutex_);
    blocks_.push_back(std::move(block));
    ring();
  }

 private:
  struct Subscriber {
    int fd;
    std::unique_ptr<std::string> rest;  // what the socket didn't take
  };

  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = write(bell_, &one, sizeof one);
  }

  void run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr) {
          ready(*static_cast<Subscriber*>(event.data.ptr), event.events);
        } else {
          look_around();
        }
      }
    }
  }

  void look_around() {
    std::uint64_t ignored = 0;
    [[maybe_unused]] const auto n = read(bell_, &ignored, sizeof ignored);
    std::vector<int> arrived;
    std::deque<Block> blocks;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
      blocks.swap(blocks_);
    }
    for (const int fd : arrived) {
      subscribers_.push_back({fd, nullptr});
      epoll_event event{EPOLLIN, {.ptr = &subscribers_.back()}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
    for (const Block& block : blocks)
      for (Subscriber& subscriber : subscribers_) give(subscriber, *block);
  }

  void give(Subscriber& s, std::string_view bytes) {
    if (s.fd < 0) return;
    if (s.rest) {
      s.rest->append(bytes);
      return;
    }
    const ssize_t n = send(s.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    const auto sent = static_cast<std::size_t>(n < 0 ? 0 : n);
    if (sent == bytes.size()) return;
    s.rest = std::make_unique<std::string>(bytes.substr(sent));
    epoll_event event{EPOLLIN | EPOLLOUT, {.ptr = &s}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, s.fd, &event);
  }

  void ready(Subscriber& s, std::uint32_t events) {
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) hear(s);
    if (!(events & EPOLLOUT) || s.fd < 0) return;
    const auto rest = std::move(s.rest);
    epoll_event event{EPOLLIN, {.ptr = &s}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, s.fd, &event);
    if (rest) give(s, *rest);
  }

  // The request, or the end.
  void hear(Subscriber& s) {
    char bytes[4096];
    const ssize_t n = recv(s.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0) return give(s, answer);
    close(s.fd);
    s.fd = -1;
  }

  int epoll_;
  int bell_;
  std::deque<Subscriber> subscribers_;  // addresses stay
  std::mutex mutex_;
  std::vector<int> arrived_;
  std::deque<Block> blocks_;
};

bool read_all(int fd, char* to, std::size_t size) {
  for (std::size_t got = 0; got < size;) {
    const ssize_t n = read(fd, to + got, size - got);
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

void take_blocks(int listener, std::vector<Loop>& loops) {
  while (true) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    std::uint32_t size = 0;
    while (read_all(fd, reinterpret_cast<char*>(&size), sizeof size)) {
      std::string bytes(size, '\0');
      if (!read_all(fd, bytes.data(), size)) break;
      const auto block = std::make_shared<const std::string>(std::move(bytes));
      for (Loop& loop : loops) loop.send_all(block);
    }
    close(fd);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<Loop> loops(argc > 3 ? static_cast<std::size_t>(atoi(argv[3])) : 1);
  for (Loop& loop : loops) loop.start();
  const int publishers = listen_at(argv[2]);
  std::thread([publishers, &loops] { take_blocks(publishers, loops); }).detach();
  const int subscribers = listen_at(argv[1]);
  const int on = 1;
  for (std::size_t i = 0;; ++i) {
    const int fd = accept4(subscribers, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) continue;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    loops[i % loops.size()].add(fd);
  }
}
