#include "sidecar/http/limits/byte_budget.hpp"

#include <cassert>

namespace sidestream {

HeldBytes::~HeldBytes() {
  if (budget_) budget_->subtract(key_, amount_);
}

bool HeldBytes::grow(std::uint64_t amount) {
  assert(budget_);
  if (!budget_->add(key_, amount)) return false;
  amount_ += amount;
  return true;
}

std::optional<HeldBytes> ByteBudget::take(AddressKey key, std::uint64_t amount) {
  if (!add(key, amount)) return std::nullopt;
  return HeldBytes(*this, key, amount);
}

bool ByteBudget::add(AddressKey key, std::uint64_t amount) {
  if (amount == 0) return true;
  const std::lock_guard lock(mutex_);
  const auto entry = by_address_.find(key);
  const std::uint64_t own = entry == by_address_.end() ? 0 : entry->second;
  const std::uint64_t allowed = (size_ - (held_ - own)) / 2;
  if (own > allowed || amount > allowed - own) return false;
  if (entry == by_address_.end())
    by_address_.emplace(key, amount);
  else
    entry->second += amount;
  held_ += amount;
  return true;
}

void ByteBudget::subtract(AddressKey key, std::uint64_t amount) noexcept {
  if (amount == 0) return;
  const std::lock_guard lock(mutex_);
  const auto entry = by_address_.find(key);
  assert(entry != by_address_.end() && entry->second >= amount);
  held_ -= amount;
  entry->second -= amount;
  if (entry->second > 0) return;
  by_address_.erase(entry);
  if (by_address_.empty()) by_address_ = {};  // gives its memory back
}

std::uint64_t ByteBudget::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace sidestream
