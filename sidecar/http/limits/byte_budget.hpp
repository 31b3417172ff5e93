#pragma once
// Bytes that clients make the process hold, within one budget for all of them. An address may hold
// at most half of what the other addresses leave: one alone gets half of the budget, and however
// many hold as much as they can, something is left for the next.
//
// Thread: any. A ByteBudget outlives what was taken from it.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/key_hash.hpp"

namespace sidestream {

class ByteBudget;

// Bytes that an address holds. Move-only; given back by the destructor.
class HeldBytes {
 public:
  HeldBytes() = default;
  HeldBytes(HeldBytes&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)),
        key_(other.key_),
        amount_(std::exchange(other.amount_, 0)) {}
  HeldBytes& operator=(HeldBytes&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(key_, other.key_);
    std::swap(amount_, other.amount_);
    return *this;
  }
  ~HeldBytes();

  // False: there is no room; nothing has changed. Requires: taken from a budget.
  bool grow(std::uint64_t amount);
  std::uint64_t amount() const { return amount_; }

 private:
  friend class ByteBudget;  // alone makes those that hold something
  HeldBytes(ByteBudget& budget, AddressKey key, std::uint64_t amount)
      : budget_(&budget), key_(key), amount_(amount) {}

  ByteBudget* budget_ = nullptr;
  AddressKey key_{};
  std::uint64_t amount_ = 0;
};

class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t size) : size_(size) {}

  // Nothing: there is no room.
  std::optional<HeldBytes> take(AddressKey key, std::uint64_t amount);
  // That an address can hold at all.
  std::uint64_t largest() const { return size_ / 2; }
  std::uint64_t held() const;

 private:
  friend class HeldBytes;  // grows and gives back

  bool add(AddressKey key, std::uint64_t amount);
  void subtract(AddressKey key, std::uint64_t amount) noexcept;

  const std::uint64_t size_;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;
  boost::unordered_flat_map<AddressKey, std::uint64_t, KeyHash> by_address_;
};

}  // namespace sidestream
