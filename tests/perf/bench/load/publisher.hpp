#pragma once
// Publishes events at a planned rate, in a thread of its own.
//
// Thread: start and destructor the crowd's; done() and result() any, result() once it is done.

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "tests/perf/bench/load/bell.hpp"
#include "tests/perf/bench/load/outlet.hpp"

namespace bench {

struct Plan {
  OutletOptions outlet;
  std::uint32_t events = 1;
  double rate = 0;          // events per second; 0: as fast as they are taken
  std::uint32_t burst = 1;  // events that are due at the same time
  std::uint32_t window =
      0;  // at most so many that not all subscribers have received; 0: any number
  std::uint32_t subscribers = 1;
};

class Publisher {
 public:
  // Borrows the bell, which counts received events.
  Publisher(const Plan& plan, Bell& bell);
  ~Publisher() { thread_.join(); }

  bool done() const { return done_.load(); }
  std::uint64_t refused() const { return refused_; }
  double seconds() const { return seconds_; }
  const std::string& error() const { return error_; }

 private:
  void run();
  void publish(Outlet& outlet);
  void wait_for_readers(Outlet& outlet, std::uint64_t events) const;

  const Plan plan_;
  Bell& bell_;
  std::uint64_t refused_ = 0;
  double seconds_ = 0;
  std::string error_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace bench
