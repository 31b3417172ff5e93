#include "sidecar/auth/token/token_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t entry_overhead = 512;  // nodes of list and map, the object

std::size_t bytes_of(const VerifiedToken& token) {
  return entry_overhead + token.claims.json().size();
}

}  // namespace

TokenCache::TokenCache(Limits limits)
    : limits_{std::max<std::size_t>(1, limits.entries / shards), limits.bytes / shards} {}

std::shared_ptr<const VerifiedToken> TokenCache::find(const Sha256& token, TokenTime now) {
  Shard& shard = shard_of(token);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  if (found == shard.by_token.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->verified->holds_until) {
    shard.erase(entry);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->verified;
}

void TokenCache::put(const Sha256& token, std::shared_ptr<const VerifiedToken> verified) {
  const std::size_t bytes = bytes_of(*verified);
  if (bytes > limits_.bytes) return;
  Shard& shard = shard_of(token);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  if (found != shard.by_token.end()) shard.erase(found->second);
  while (shard.entries.size() >= limits_.entries || shard.bytes + bytes > limits_.bytes) {
    shard.erase(std::prev(shard.entries.end()));
  }
  shard.entries.push_front(Entry{token, std::move(verified), bytes});
  shard.by_token[token] = shard.entries.begin();
  shard.bytes += bytes;
}

void TokenCache::remove(const Sha256& token) {
  Shard& shard = shard_of(token);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  if (found != shard.by_token.end()) shard.erase(found->second);
}

std::size_t TokenCache::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.entries.size();
  }
  return total;
}

std::size_t TokenCache::bytes() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.bytes;
  }
  return total;
}

std::size_t TokenCache::Hash::operator()(const Sha256& token) const {
  std::size_t hash = 0;
  std::memcpy(&hash, token.data(), sizeof hash);  // the bytes are uniform already
  return hash;
}

void TokenCache::Shard::erase(std::list<Entry>::iterator entry) {
  bytes -= entry->bytes;
  by_token.erase(entry->token);
  entries.erase(entry);
}

}  // namespace sidestream
