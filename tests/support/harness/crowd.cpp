#include "tests/support/harness/crowd.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>

#include "tests/support/harness/wait.hpp"

namespace e2e {

Crowd::Crowd(Address address, Options options) : options_(std::move(options)) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < options_.readers; ++i) {
    readers_.push_back(std::make_unique<CrowdReader>(i, address, options_, results_, epoll_));
  }
  thread_ = std::thread([this] { run(); });
}

Crowd::~Crowd() {
  stop();
  readers_.clear();
  ::close(epoll_);
}

void Crowd::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Crowd::run() {
  try {
    while (!stop_ && !results_.failed) turn();
  } catch (const std::exception& error) {
    results_.fail(error.what());
  }
}

void Crowd::turn() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
  std::array<epoll_event, 64> events;
  const int n = epoll_wait(epoll_, events.data(), events.size(), 5);
  for (int i = 0; i < n; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    static_cast<CrowdReader*>(event.data.ptr)->on_ready(event.events);
  }
  const auto now = Clock::now();
  std::int64_t slowest = INT64_MAX;
  for (auto& reader : readers_) {
    reader->tend(now);
    if (!reader->is_stalled()) slowest = std::min(slowest, reader->seen());
  }
  slowest_ = slowest;
}

void Crowd::tell(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
}

void Crowd::move(int first, int last, Address address) {
  tell([this, first, last, address] {
    for (int i = first; i < last; ++i) reader(i).move(address);
  });
}

void Crowd::drop_all() {
  tell([this] {
    for (auto& reader : readers_) reader->drop();
  });
}

void Crowd::stall(int index) {
  tell([this, index] { reader(index).stall(); });
}

void Crowd::read_again(int index) {
  tell([this, index] { reader(index).read_again(); });
}

std::int64_t Crowd::seen_by(int index) const {
  std::int64_t seen = -1;
  std::mutex mutex;
  std::condition_variable told;
  // A command, because the readers belong to their thread.
  const_cast<Crowd*>(this)->tell([&] {
    const std::lock_guard lock(mutex);
    seen = reader(index).seen();
    told.notify_one();
  });
  std::unique_lock lock(mutex);
  told.wait(lock, [&] { return seen >= 0; });
  return seen;
}

bool Crowd::all_open(Clock::duration within) {
  eventually([&] { return results_.open == options_.readers || results_.failed; }, within);
  return results_.open == options_.readers && !results_.failed;
}

bool Crowd::all_have(const std::vector<std::int64_t>& next, Clock::duration within) {
  const auto asked = [&] {
    auto all = std::make_shared<std::atomic<int>>(0);  // 1: yes, 2: no
    tell([this, all, next] {
      *all = std::all_of(readers_.begin(), readers_.end(),
                         [&](const auto& reader) { return reader->next() == next; })
                 ? 1
                 : 2;
    });
    eventually([&] { return *all != 0 || results_.failed; }, 30s);
    return *all == 1;
  };
  eventually([&] { return results_.failed || asked(); }, within, 20ms);
  return !results_.failed && asked();
}

}  // namespace e2e
