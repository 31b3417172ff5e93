#pragma once
// Limits of the machine or the container. Linux: cgroups v1 and v2.

#include <cstdint>
#include <optional>

namespace sidestream {

// The CPU quota rounded up; without a quota, the number of cores.
int default_threads();
// The container's memory limit; nothing: no limit.
std::optional<std::uint64_t> memory_limit();
// Half of the memory limit; without one, 512 MiB.
std::uint64_t default_memory();
// Raises the soft limit of open files to `wanted`, as far as the hard limit allows. Returns the new
// limit.
std::uint64_t raise_file_limit(std::uint64_t wanted);

}  // namespace sidestream
