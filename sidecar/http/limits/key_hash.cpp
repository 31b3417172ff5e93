#include "sidecar/http/limits/key_hash.hpp"

#include <random>

namespace sidestream {

std::uint64_t KeyHash::seed() noexcept {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
  }();
  return seed;
}

}  // namespace sidestream
