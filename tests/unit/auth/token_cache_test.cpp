#include "sidecar/auth/token/token_cache.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sidestream::test {
namespace {

constexpr TokenTime now{std::chrono::seconds(1'800'000'000)};

std::shared_ptr<const VerifiedToken> token_until(TokenTime until, std::size_t size = 0) {
  VerifiedToken token;
  token.claims = *Claims::parse(R"({"x":")" + std::string(size, 'x') + "\"}");
  token.holds_until = until;
  return std::make_shared<const VerifiedToken>(std::move(token));
}

Sha256 numbered(int number) { return sha256(std::to_string(number)); }

TEST(TokenCacheTest, KeepsTheMostRecentlyUsed) {
  TokenCache cache({TokenCache::shards * 2, 1 << 30});
  const auto token = token_until(now + std::chrono::seconds(1));
  for (int i = 0; i < 10'000; ++i) {
    cache.put(numbered(i), token);
    ASSERT_LE(cache.size(), TokenCache::shards * 2);
    static_cast<void>(cache.find(numbered(0), now));
  }
  EXPECT_EQ(cache.size(), TokenCache::shards * 2);
  EXPECT_EQ(cache.find(numbered(0), now), token);
  EXPECT_EQ(cache.find(numbered(9'999), now), token);
  EXPECT_EQ(cache.find(numbered(1), now), nullptr);
}

TEST(TokenCacheTest, StaysBelowItsBytes) {
  constexpr std::size_t limit = 1024 * 1024;
  TokenCache cache({1'000'000, limit});
  const auto token = token_until(now + std::chrono::seconds(1), 5000);
  for (int i = 0; i < 1'000; ++i) cache.put(numbered(i), token);
  EXPECT_LE(cache.bytes(), limit);
  EXPECT_GT(cache.size(), 100U);
  EXPECT_LT(cache.size(), 1024U * 1024 / 5000);
}

TEST(TokenCacheTest, LeavesOutATokenThatIsLargerThanAShard) {
  TokenCache cache({1000, TokenCache::shards * 4096});
  cache.put(numbered(1), token_until(now + std::chrono::seconds(1), 8192));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(TokenCacheTest, RemovesWhatHasExpired) {
  TokenCache cache;
  cache.put(numbered(1), token_until(now));
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_NE(cache.find(numbered(1), now - std::chrono::milliseconds(1)), nullptr);
  EXPECT_EQ(cache.find(numbered(1), now), nullptr);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(TokenCacheTest, ReplacesAToken) {
  TokenCache cache;
  cache.put(numbered(1), token_until(now + std::chrono::seconds(1)));
  const auto newer = token_until(now + std::chrono::seconds(2), 10);
  cache.put(numbered(1), newer);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.find(numbered(1), now), newer);
  cache.remove(numbered(1));
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(TokenCacheTest, ServesSeveralThreads) {
  TokenCache cache({64, 1 << 30});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      const auto token = token_until(now + std::chrono::seconds(1));
      for (int i = 0; i < 2'000; ++i) {
        cache.put(numbered(i % 200 + t), token);
        static_cast<void>(cache.find(numbered(i % 100), now));
        if (i % 7 == 0) cache.remove(numbered(i % 50));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(cache.size(), 64U);
}

}  // namespace
}  // namespace sidestream::test
