#include "sidecar/app/signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace sidestream {
namespace {

int block_and_watch() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond RLIMIT_FSIZE fails like one on a full disk
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Signals::Signals() : descriptor_(block_and_watch()) {}

Signals::~Signals() { ::close(descriptor_); }

std::optional<int> Signals::wait(int socket, std::chrono::milliseconds timeout) const {
  std::array<pollfd, 2> from{{{descriptor_, POLLIN, 0}, {socket, POLLIN, 0}}};
  static_cast<void>(::poll(from.data(), from.size(), static_cast<int>(timeout.count())));
  signalfd_siginfo info{};
  if (::read(descriptor_, &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace sidestream
