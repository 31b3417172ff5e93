#include "sidecar/http/limits/address_quota.hpp"

#include <cassert>

namespace sidestream {

void AddressPlace::give_back() noexcept {
  if (quota_) quota_->give_back(key_);
  quota_ = nullptr;
}

std::optional<AddressPlace> AddressQuota::take(AddressKey key, std::uint64_t limit) {
  if (limit == 0) return std::nullopt;
  Shard& at = shard(key);
  const std::lock_guard lock(at.mutex);
  std::uint64_t& held = at.held[key];
  if (held >= limit) return std::nullopt;
  ++held;
  return AddressPlace(*this, key);
}

void AddressQuota::give_back(AddressKey key) noexcept {
  Shard& at = shard(key);
  const std::lock_guard lock(at.mutex);
  const auto entry = at.held.find(key);
  assert(entry != at.held.end() && entry->second > 0);
  if (--entry->second > 0) return;
  at.held.erase(entry);
  if (at.held.empty()) at.held = Held();  // gives its memory back
}

std::uint64_t AddressQuota::held(AddressKey key) const {
  const Shard& at = shard(key);
  const std::lock_guard lock(at.mutex);
  const auto entry = at.held.find(key);
  return entry == at.held.end() ? 0 : entry->second;
}

std::size_t AddressQuota::addresses() const {
  std::size_t count = 0;
  for (const Shard& at : shards_) {
    const std::lock_guard lock(at.mutex);
    count += at.held.size();
  }
  return count;
}

}  // namespace sidestream
