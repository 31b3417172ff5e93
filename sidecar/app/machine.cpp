#include "sidecar/app/machine.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace sidestream {
namespace {

std::optional<std::int64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::int64_t n = 0;
  if (file >> n) return n;
  return std::nullopt;
}

// CPUs, as a fraction.
std::optional<double> cpu_quota() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (v2 >> quota >> period && quota != "max" && period > 0) return std::stod(quota) / period;
  const auto v1_quota = number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const auto v1_period = number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (v1_quota && v1_period && *v1_quota > 0 && *v1_period > 0) {
    return static_cast<double>(*v1_quota) / static_cast<double>(*v1_period);
  }
  return std::nullopt;
}

}  // namespace

int default_threads() {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const auto quota = cpu_quota();
  return quota ? std::clamp(static_cast<int>(std::ceil(*quota)), 1, cores) : cores;
}

std::optional<std::uint64_t> memory_limit() {
  // Version 1 says "no limit" with a number near 2^63.
  constexpr std::int64_t no_limit = std::int64_t{1} << 50;
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const auto limit = number_in(path);
    if (limit && *limit > 0 && *limit < no_limit) return static_cast<std::uint64_t>(*limit);
  }
  return std::nullopt;
}

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
