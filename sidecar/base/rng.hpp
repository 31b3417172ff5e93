#pragma once
// The random source for delays, jitter and names in logs. Not for secrets.
//
// Thread: any; each thread has its own generator.

#include <cstdint>
#include <random>

namespace sidestream {

// Seeded from the system once a thread.
inline std::mt19937_64& rng() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator;
}

// From `least` to `most`, both included. Requires: least <= most.
inline std::int64_t random_between(std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(rng());
}

}  // namespace sidestream
