#include "sidecar/app/machine.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "sidecar/app/cgroup.hpp"

namespace sidestream {

int default_threads() {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const auto quota = Cgroups().cpus();
  return quota ? std::clamp(static_cast<int>(std::ceil(*quota)), 1, cores) : cores;
}

std::optional<std::uint64_t> memory_limit() { return Cgroups().memory(); }

std::uint64_t default_memory() {
  constexpr std::uint64_t without_limit = 512ull * 1024 * 1024;
  const auto limit = memory_limit();
  return limit ? *limit / 2 : without_limit;
}

std::uint64_t raise_file_limit(std::uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace sidestream
