#pragma once
// Wakes the publisher once the subscribers have received a number of events.
//
// Thread: wait_for() and clear() the publisher's, arrived() the crowd's.

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace bench {

class Bell {
 public:
  Bell() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Bell() { close(fd_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  int fd() const { return fd_; }  // readable once it has rung

  // True: so much has arrived already. Else it rings then.
  bool wait_for(std::uint64_t events) {
    goal_.store(events);
    return received_.load() >= events;
  }
  void clear() const {
    std::uint64_t ignored = 0;
    while (read(fd_, &ignored, sizeof ignored) > 0) continue;
  }

  void arrived(std::uint64_t events_in_all) {
    received_.store(events_in_all);
    if (events_in_all < goal_.load()) return;
    goal_.store(UINT64_MAX);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = write(fd_, &one, sizeof one);
  }

 private:
  int fd_;
  std::atomic<std::uint64_t> goal_{UINT64_MAX};
  std::atomic<std::uint64_t> received_{0};
};

}  // namespace bench
