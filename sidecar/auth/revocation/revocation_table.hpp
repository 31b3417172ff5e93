#pragma once
// The revocations that hold, for the check of new requests. Found by subject, session or token, not
// by a walk over all.
//
// Thread: any. Bounded: beyond `most` the oldest is forgotten.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "sidecar/auth/revocation/revocation.hpp"

namespace sidestream {

class RevocationTable {
 public:
  explicit RevocationTable(std::size_t most = 1'000'000) : most_(most) {}

  // Returns whether an older one was forgotten for it.
  bool add(Revocation revocation);
  // Whether some revocation ends the person's rights.
  bool ends(const Person& person) const;
  // The log has been read up to where it ended at the start. Until then nobody knows who is revoked.
  void set_complete() { complete_.store(true, std::memory_order_release); }
  bool is_complete() const { return complete_.load(std::memory_order_acquire); }

  std::size_t size() const;

 private:
  using Entries = std::list<Revocation>;  // in the order in which they came
  using Index = std::unordered_multimap<std::string, Entries::iterator>;

  static std::string key_of(const Revocation& revocation);
  bool ends_by(const std::string& key, const Person& person) const;
  void remove(Entries::iterator entry);

  const std::size_t most_;
  std::atomic<bool> complete_{false};
  mutable std::mutex mutex_;  // guards the following
  Entries entries_;
  Index by_key_;
};

}  // namespace sidestream
