#pragma once
// Counts the places that each address holds, and limits them: an AddressPlace is one of them, given
// back by its destructor. Addresses that hold nothing take no memory, so the table is bounded
// by what is held, and nothing that is held is ever forgotten.
//
// Thread: any. An AddressQuota outlives its places.

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/key_hash.hpp"

namespace sidestream {

class AddressQuota;

// Move-only; a moved-from place holds nothing.
class AddressPlace {
 public:
  AddressPlace() = default;
  AddressPlace(AddressPlace&& other) noexcept
      : quota_(std::exchange(other.quota_, nullptr)), key_(other.key_) {}
  AddressPlace& operator=(AddressPlace&& other) noexcept {
    if (this != &other) {
      give_back();
      quota_ = std::exchange(other.quota_, nullptr);
      key_ = other.key_;
    }
    return *this;
  }
  ~AddressPlace() { give_back(); }

  void give_back() noexcept;
  // Of the address, also after give_back().
  AddressKey key() const { return key_; }

 private:
  friend class AddressQuota;  // alone makes places that hold something
  AddressPlace(AddressQuota& quota, AddressKey key) : quota_(&quota), key_(key) {}

  AddressQuota* quota_ = nullptr;
  AddressKey key_{};
};

class AddressQuota {
 public:
  static constexpr std::uint64_t no_limit = UINT64_MAX;

  // Nothing: the address holds `limit` places. The limit is an argument because a reload can change
  // it.
  std::optional<AddressPlace> take(AddressKey key, std::uint64_t limit);
  std::uint64_t held(AddressKey key) const;
  // That hold something.
  std::size_t addresses() const;

 private:
  friend class AddressPlace;  // gives back

  using Held = boost::unordered_flat_map<AddressKey, std::uint64_t, KeyHash>;
  // A lock is held for one look-up; several of them, so that event loops seldom meet.
  struct Shard {
    mutable std::mutex mutex;
    Held held;
  };

  void give_back(AddressKey key) noexcept;
  Shard& shard(AddressKey key) { return shards_[KeyHash()(key) % shards_.size()]; }
  const Shard& shard(AddressKey key) const { return shards_[KeyHash()(key) % shards_.size()]; }

  std::array<Shard, 8> shards_;
};

}  // namespace sidestream
