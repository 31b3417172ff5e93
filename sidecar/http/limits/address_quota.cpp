#include "sidecar/http/limits/address_quota.hpp"

#include <cassert>

namespace sidestream {

bool AddressPlace::grow(std::uint64_t amount, std::uint64_t limit) {
  assert(quota_);
  if (!quota_->add(key_, amount, limit)) return false;
  amount_ += amount;
  return true;
}

void AddressPlace::give_back() noexcept {
  if (quota_) quota_->subtract(key_, amount_);
  quota_ = nullptr;
  amount_ = 0;
}

std::optional<AddressPlace> AddressQuota::take(AddressKey key, std::uint64_t amount,
                                               std::uint64_t limit) {
  if (!add(key, amount, limit)) return std::nullopt;
  return AddressPlace(*this, key, amount);
}

bool AddressQuota::add(AddressKey key, std::uint64_t amount, std::uint64_t limit) {
  Shard& at = shard(key);
  const std::lock_guard lock(at.mutex);
  const auto entry = at.held.find(key);
  const std::uint64_t before = entry == at.held.end() ? 0 : entry->second;
  if (before > limit || amount > limit - before) return false;
  if (entry != at.held.end())
    entry->second += amount;
  else if (amount > 0)
    at.held.emplace(key, amount);
  return true;
}

void AddressQuota::subtract(AddressKey key, std::uint64_t amount) noexcept {
  Shard& at = shard(key);
  const std::lock_guard lock(at.mutex);
  const auto entry = at.held.find(key);
  if (entry == at.held.end()) return;  // the place was of nothing
  assert(entry->second >= amount);
  entry->second -= amount;
  if (entry->second > 0) return;
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
