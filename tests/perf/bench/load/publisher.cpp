#include "tests/perf/bench/load/publisher.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "tests/perf/bench/load/stamp.hpp"

namespace bench {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t patience = 60 * second;

std::unique_ptr<Outlet> make_outlet(const OutletOptions& options) {
  if (options.kind == "block") return make_block_outlet(options);
  if (options.kind == "kafka") return make_kafka_outlet(options);
  return make_post_outlet(options);
}

}  // namespace

Publisher::Publisher(const Plan& plan, Bell& bell)
    : plan_(plan), bell_(bell), thread_([this] { run(); }) {}

void Publisher::run() {
  prctl(PR_SET_TIMERSLACK, 1);
  try {
    const auto outlet = make_outlet(plan_.outlet);
    publish(*outlet);
    refused_ = outlet->refused();
  } catch (const std::exception& error) {
    error_ = error.what();
  }
  done_.store(true);
}

void Publisher::publish(Outlet& outlet) {
  // Without a rate, so many wait at most that each connection always has the next at hand.
  const std::uint64_t waiting_max =
      plan_.outlet.kind == "kafka" ? 200'000 : 2 * plan_.outlet.connections;
  const std::int64_t start = now_ns();
  for (std::uint32_t n = 0; n < plan_.events;) {
    if (plan_.window != 0 && n >= plan_.window) wait_for_readers(outlet, n - plan_.window + 1);
    std::int64_t due = now_ns();
    if (plan_.rate > 0) {
      due = start + static_cast<std::int64_t>(n * (static_cast<double>(second) / plan_.rate));
      while (now_ns() < due) outlet.serve(due, -1);
    }
    while (plan_.rate <= 0 && outlet.waiting() >= waiting_max)
      outlet.serve(now_ns() + second / 1000, -1);
    for (std::uint32_t i = 0; i < plan_.burst && n < plan_.events; ++i, ++n) outlet.put(due);
    outlet.flush();
  }
  const std::int64_t deadline = now_ns() + patience;
  while (outlet.waiting() > 0) {
    if (now_ns() > deadline) throw std::runtime_error("not all that was published is acknowledged");
    outlet.serve(now_ns() + second / 100, -1);
  }
  seconds_ = static_cast<double>(now_ns() - start) / static_cast<double>(second);
}

void Publisher::wait_for_readers(Outlet& outlet, std::uint64_t events) const {
  const std::int64_t deadline = now_ns() + patience;
  bell_.clear();
  while (!bell_.wait_for(events * plan_.subscribers)) {
    if (now_ns() > deadline)
      throw std::runtime_error("the readers don't receive what is published");
    outlet.serve(now_ns() + second, bell_.fd());
    bell_.clear();
  }
}

}  // namespace bench
