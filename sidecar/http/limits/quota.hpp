#pragma once
// Limits as values: a Place is one of a limited number, held by what it admits and given back by
// its destructor. Metrics mirror how many are taken; they decide nothing.
//
// Thread: any. A Quota outlives its places.

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "sidecar/http/limits/address_quota.hpp"

namespace sidestream {

class Quota;

// One taken place. Move-only; a moved-from place holds nothing.
class Place {
 public:
  Place() = default;
  Place(Place&& other) noexcept : quota_(std::exchange(other.quota_, nullptr)) {}
  Place& operator=(Place&& other) noexcept {
    if (this != &other) {
      give_back();
      quota_ = std::exchange(other.quota_, nullptr);
    }
    return *this;
  }
  ~Place() { give_back(); }

  void give_back() noexcept;

 private:
  friend class Quota;  // alone makes places that hold something
  explicit Place(Quota& quota) : quota_(&quota) {}
  Quota* quota_ = nullptr;
};

class Quota {
 public:
  // Nothing when `limit` places are taken already. The limit is an argument because a reload can
  // change it.
  std::optional<Place> take(std::uint64_t limit) {
    std::uint64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (taken >= limit) return std::nullopt;
    } while (!taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    return Place(*this);
  }
  // Without a limit: for what is only counted.
  Place take() {
    taken_.fetch_add(1, std::memory_order_relaxed);
    return Place(*this);
  }
  std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  friend class Place;  // gives back
  std::atomic<std::uint64_t> taken_{0};
};

// Everything that a client can make the process hold. Owned by the application; the drain waits
// until all are free.
struct Quotas {
  Quota connections;               // accepted sockets, whatever they do
  Quota streams;                   // of these, event streams
  Quota requests;                  // that the upstream app has not answered yet
  Quota tunnels;                   // upgraded connections to the upstream app
  Quota held_bodies;               // request bodies that wait here before the app gets them
  AddressQuota unfinished_bodies;  // request bodies that the app has a part of

  bool all_free() const {
    return streams.taken() == 0 && requests.taken() == 0 && tunnels.taken() == 0 &&
           held_bodies.taken() == 0;
  }
};

inline void Place::give_back() noexcept {
  if (quota_) quota_->taken_.fetch_sub(1, std::memory_order_relaxed);
  quota_ = nullptr;
}

}  // namespace sidestream
