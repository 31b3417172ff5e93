#include "connectors/redis/loop.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace sidestream::redis {
namespace {

constexpr std::chrono::milliseconds wait_max{60'000};

// The application handles signals. SIGPIPE would come from OpenSSL, which writes to closed sockets.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

int make_event() {
  const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return event;
}

// For ppoll(2), because delays between two reads are often shorter than a millisecond.
timespec poll_timeout(Clock::time_point until) {
  using std::chrono::nanoseconds;
  const auto now = Clock::now();
  if (until <= now) return {};
  const auto left = std::min<nanoseconds>(until - now, wait_max);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
}

}  // namespace

Loop::Loop() : event_(make_event()) {}

Loop::~Loop() {
  stop();
  ::close(event_);
}

void Loop::start(std::vector<Link*> links, Handler handler) {
  assert(!thread_.joinable());
  links_ = std::move(links);
  handler_ = std::move(handler);
  thread_ = std::thread([this] {
    block_signals();
    run();
  });
}

// It makes its first step in the next round, which wake() starts at once.
void Loop::add(Link& link) {
  links_.push_back(&link);
  poll_entries_.insert(poll_entries_.end() - 1, pollfd{-1, 0, 0});
  wake();
}

void Loop::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Loop::wake() {
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void Loop::run() {
  poll_entries_.assign(links_.size() + 1, pollfd{event_, POLLIN, 0});
  while (!stopping_) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < links_.size(); ++i) links_[i]->step(poll_entries_[i].revents, now);
    auto next = handler_(now);
    for (auto* link : links_) link->flush();
    for (const auto* link : links_) next = std::min(next, link->wake_at());
    wait(next);
  }
}

void Loop::wait(Clock::time_point until) {
  for (std::size_t i = 0; i < links_.size(); ++i) poll_entries_[i] = links_[i]->poll_entry();
  poll_entries_.back().revents = 0;
  const auto timeout = poll_timeout(until);
  if (::ppoll(poll_entries_.data(), poll_entries_.size(), &timeout, nullptr) <= 0) {
    for (auto& entry : poll_entries_) entry.revents = 0;
  }
  if (poll_entries_.back().revents != 0) clear_event();
}

// The flag is cleared before the handler looks for work. A wake() after that starts another round.
void Loop::clear_event() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(event_, &count, sizeof count);
  woken_ = false;
}

}  // namespace sidestream::redis
