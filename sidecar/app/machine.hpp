#pragma once
// What the machine, or the container we are in, gives us. Linux: cgroups v1 and v2.

#include <cstdint>
#include <optional>

namespace sidestream {

// The CPU quota rounded up; without one, a thread per core.
int default_threads();
// What this process and the others of its container may take; nothing: there is no limit.
std::optional<std::uint64_t> memory_limit();
// Half of the memory limit; without one, 512 MiB.
std::uint64_t default_memory();
// Raises the soft limit of open files to `wanted`, as far as the hard one allows. What it is then.
std::uint64_t raise_file_limit(std::uint64_t wanted);

}  // namespace sidestream
