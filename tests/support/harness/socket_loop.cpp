#include "tests/support/harness/socket_loop.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <utility>

namespace e2e {
namespace {

constexpr int longest_turn_ms = 5;

}  // namespace

SocketLoop::SocketLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

SocketLoop::~SocketLoop() {
  stop();
  ::close(epoll_);
}

void SocketLoop::start(std::function<bool()> tend, std::function<void(const std::string&)> failed) {
  tend_ = std::move(tend);
  failed_ = std::move(failed);
  thread_ = std::thread([this] { run(); });
}

void SocketLoop::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void SocketLoop::tell(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
}

void SocketLoop::watch(int fd, std::uint32_t events, Owner& owner) {
  epoll_event event{events, {&owner}};
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) {
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
}

void SocketLoop::forget(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void SocketLoop::run() {
  try {
    do turn();
    while (!stop_ && tend_());
  } catch (const std::exception& error) {
    failed_(error.what());
  }
}

void SocketLoop::turn() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
  std::array<epoll_event, 64> events;
  const int n = epoll_wait(epoll_, events.data(), events.size(), longest_turn_ms);
  for (int i = 0; i < n; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    static_cast<Owner*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace e2e
