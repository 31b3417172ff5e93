#include "tests/system/faults/wall_clock.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace e2e::faults {

WallClock::WallClock() {
  const auto path = folder_.write("skew", std::string(sizeof *nanoseconds_, '\0'));
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* memory = mmap(nullptr, sizeof *nanoseconds_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) throw std::runtime_error("no clock can be made");
  nanoseconds_ = static_cast<std::atomic<std::int64_t>*>(memory);
}

WallClock::~WallClock() { munmap(nanoseconds_, sizeof *nanoseconds_); }

Process::Environment WallClock::environment() const {
  if (!can_jump) return {};
  return {{"LD_PRELOAD", SIDESTREAM_SKEWED_CLOCK}, {"SIDESTREAM_TEST_CLOCK", folder_.file("skew")}};
}

void WallClock::jump(int seconds) { *nanoseconds_ += seconds * std::int64_t{1'000'000'000}; }

}  // namespace e2e::faults
