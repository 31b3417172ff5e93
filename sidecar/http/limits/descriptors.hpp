#pragma once
// The descriptors that clients never take: they are kept for the admin port. The kernel gives the
// lowest free descriptor, so a new one tells how many are in use.
//
// Thread: any.

#include <sys/resource.h>

#include <cstdint>

namespace sidestream {

inline constexpr std::uint64_t reserved_descriptors = 64;

inline std::uint64_t file_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

// Whether a descriptor that was just opened is one of the reserved ones.
inline bool is_reserved(int descriptor, std::uint64_t limit = file_limit()) {
  return static_cast<std::uint64_t>(descriptor) + reserved_descriptors >= limit;
}

}  // namespace sidestream
