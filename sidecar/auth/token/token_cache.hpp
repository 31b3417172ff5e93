#pragma once
// Verified tokens by the SHA-256 of their bytes, so that a client that reconnects costs a look-up
// and not a signature. The bytes of tokens are not kept.
//
// Bounded by entries and bytes; the least recently used entry is evicted first. Sharded: each shard
// has its own lock and its own share of the limits.
//
// Thread: any.

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "sidecar/auth/token/sha256.hpp"
#include "sidecar/auth/token/verified_token.hpp"

namespace sidestream {

class TokenCache {
 public:
  struct Limits {
    std::size_t entries = 50'000;
    std::size_t bytes = 32 * 1024 * 1024;
  };
  static constexpr std::size_t shards = 16;

  TokenCache() : TokenCache(Limits{}) {}
  explicit TokenCache(Limits limits);

  // Null: unknown, or it has expired, which removes it.
  std::shared_ptr<const VerifiedToken> find(const Sha256& token, TokenTime now);
  // Does nothing where one token is larger than a shard.
  void put(const Sha256& token, std::shared_ptr<const VerifiedToken> verified);
  void remove(const Sha256& token);

  std::size_t size() const;
  std::size_t bytes() const;

 private:
  struct Hash {
    std::size_t operator()(const Sha256& token) const;
  };
  struct Entry {
    Sha256 token;
    std::shared_ptr<const VerifiedToken> verified;
    std::size_t bytes;
  };
  struct Shard {
    void erase(std::list<Entry>::iterator entry);

    mutable std::mutex mutex;  // guards the rest
    std::list<Entry> entries;  // the most recently used first
    std::unordered_map<Sha256, std::list<Entry>::iterator, Hash> by_token;
    std::size_t bytes = 0;
  };
  Shard& shard_of(const Sha256& token) { return shards_[token.back() % shards]; }

  const Limits limits_;  // of a shard
  std::array<Shard, shards> shards_;
};

}  // namespace sidestream
