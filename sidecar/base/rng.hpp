#pragma once
// The random source for delays, jitter and names in logs. Not for secrets.
//
// Thread: any; each thread has its own generator.

#include <cstdint>
#include <random>

namespace sidestream {

using Rng = std::mt19937_64;

// Seeded from the system once a thread.
inline Rng& rng() {
  thread_local Rng generator{std::random_device{}()};
  return generator;
}

// From `least` to `most`, both included. Requires: least <= most. Tests pass a generator of their own.
inline std::int64_t random_between(std::int64_t least, std::int64_t most, Rng& generator = rng()) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(generator);
}

}  // namespace sidestream
