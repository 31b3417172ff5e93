#include "sidecar/app/heap_trim.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t worth_it = 8 * 1024 * 1024;  // resident, but not allocated
constexpr auto interval = 4s;

// Anonymous memory in RAM: pages of files don't count (proc(5), statm).
std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t size = 0, resident = 0, shared = 0;
  if (!(in >> size >> resident >> shared)) return 0;
  return (resident - std::min(shared, resident)) * static_cast<std::uint64_t>(::getpagesize());
}

}  // namespace

// The allocator's statistics take its locks, so they are asked for only when memory has grown.
void HeapTrim::step(Clock::time_point now) {
  if (now < next_) return;
  const std::uint64_t resident = resident_bytes();
  kept_ = std::min(kept_, resident);
  if (resident < kept_ + worth_it) return;
  next_ = now + interval;
  const auto stats = ::mallinfo2();
  if (resident < stats.uordblks + stats.hblkhd + worth_it) return;
  ::malloc_trim(0);
  kept_ = resident_bytes();
}

}  // namespace sidestream
