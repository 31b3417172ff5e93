#pragma once
// Hash of keys that clients choose: seeded for each process, so that nobody can choose keys that
// collide.
//
// Thread: any.

#include <cstddef>
#include <cstdint>

namespace sidestream {

struct KeyHash {
  using is_avalanching = void;  // for Boost.Unordered

  template <class Key>
  std::size_t operator()(Key key) const noexcept {
    return mix(static_cast<std::uint64_t>(key) ^ seed());
  }

 private:
  // The finalizer of splitmix64.
  static std::size_t mix(std::uint64_t n) noexcept {
    n = (n ^ n >> 30U) * 0xbf58476d1ce4e5b9;
    n = (n ^ n >> 27U) * 0x94d049bb133111eb;
    return n ^ n >> 31U;
  }
  static std::uint64_t seed() noexcept;
};

}  // namespace sidestream
