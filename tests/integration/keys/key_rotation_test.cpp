// Keys that change, and servers that go away, while tokens are verified.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "key_server.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;

const SigningKey& key_of(int number) {
  static const SigningKey keys[] = {SigningKey(KeyKind::p256), SigningKey(KeyKind::p256)};
  return keys[number];
}

std::string jwk_of(int number) {
  return key_of(number).jwk(R"("kid":"k)" + std::to_string(number) + "\"");
}
std::string token_by(int number, const std::string& more = {}) {
  return token_of(key_of(number), "k" + std::to_string(number), more);
}

bool has_keys(const KeyState& state) { return state.keys > 0; }
bool has_failed(const KeyState& state) { return state.failures > 0; }

std::ptrdiff_t lines_with(const std::string& log, const std::string& text) {
  std::ptrdiff_t found = 0;
  for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
  return found;
}

class KeyRotation : public testing::Test {
 protected:
  KeyRotation() { server.serve(key_set(jwk_of(0))); }

  KeyServer server;
};

TEST_F(KeyRotation, FetchesAtOnceForAnUnknownKid) {
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  server.serve(key_set(jwk_of(0), jwk_of(1)));
  EXPECT_EQ(rig.verify(token_by(1)), "verified");
  EXPECT_EQ(rig.verify(token_by(0)), "verified");
  EXPECT_EQ(server.fetches(), 2);
}

TEST_F(KeyRotation, FetchesOnceHoweverManyAsk) {
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  server.serve(key_set(jwk_of(1)));
  for (const auto& verdict : rig.verdicts(token_by(1), 500)) {
    ASSERT_EQ(name_of(verdict), "verified");
  }
  EXPECT_EQ(server.fetches(), 2);
}

TEST_F(KeyRotation, CannotDecideBeforeTheNextLookUpIsAllowed) {
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  EXPECT_EQ(rig.verify(token_of(key_of(1), "nobody's")), "key");  // the server has no such key
  for (int i = 0; i < 100; ++i) {
    const auto verdict = rig.verdict(token_of(key_of(1), "k" + std::to_string(100 + i)));
    ASSERT_EQ(verdict.kind, TokenVerdict::Kind::undecided);
    ASSERT_GE(verdict.retry_after, 1s);
    ASSERT_LE(verdict.retry_after, 10s);
  }
  EXPECT_EQ(server.fetches(), 2);
  EXPECT_EQ(rig.verify(token_by(0)), "verified");
}

TEST_F(KeyRotation, ForgetsVerifiedTokensOfAKeyThatLeaves) {
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  EXPECT_EQ(rig.verify(token_by(0)), "verified");
  server.serve(key_set(jwk_of(1)));
  EXPECT_EQ(rig.verify(token_by(1)), "verified");
  EXPECT_EQ(rig.verify(token_by(0)), "undecided");  // it may be back, but not within 10 s
}

TEST_F(KeyRotation, KeepsTheLastKeysWhileTheServerIsAway) {
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  server.leave();
  EXPECT_EQ(rig.verify(token_by(1)), "undecided");  // its fetch fails
  ASSERT_TRUE(rig.wait_until(has_failed));
  EXPECT_EQ(rig.verify(token_by(0)), "verified");
  const KeyState state = rig.state();
  EXPECT_GT(state.failing_since_ms, 0);
  EXPECT_EQ(state.keys, 1U);
  ASSERT_TRUE(rig.wait_until([](const KeyState& now) { return now.failures > 1; }));
  EXPECT_EQ(lines_with(rig.log(), "key server unavailable"), 1) << rig.log();
}

TEST_F(KeyRotation, TellsOnceWhenTheServerIsBack) {
  server.play([](ServerConnection& connection) {
    if (!connection.read_request().empty()) connection.respond("", "500 Internal Server Error");
  });
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until([](const KeyState& state) { return state.failures > 1; }));
  server.serve(key_set(jwk_of(0)));
  // The line comes a moment after the keys.
  ASSERT_TRUE(rig.wait_until([&](const KeyState& state) {
    return has_keys(state) && lines_with(rig.log(), "keys loaded") > 0;
  }));
  EXPECT_EQ(lines_with(rig.log(), "key server unavailable"), 1) << rig.log();
  EXPECT_EQ(lines_with(rig.log(), "key server available"), 1) << rig.log();
  EXPECT_EQ(lines_with(rig.log(), "keys loaded"), 1) << rig.log();
}

TEST_F(KeyRotation, EndsWhileTheServerHangs) {
  KeyStoreRig first(server.issuer());
  ASSERT_TRUE(first.wait_until(has_keys));
  server.play([](ServerConnection& connection) { connection.wait_for_close(); });
  KeyStoreRig second(server.issuer());
  EXPECT_EQ(second.verify(token_by(0)), "undecided");
}

// Tokens of the keys of the time: a key is used once it was served, and is served a while longer.
TEST_F(KeyRotation, RefusesNobodyDuringARotationUnderLoad) {
  std::array<VerifyLoop, 2> loops;  // outlive the thread that posts to them
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  std::atomic<bool> rotated = false, done = false;
  std::atomic<int> verified = 0, refused = 0;
  const auto load = [&](std::size_t thread) {
    for (int i = 0; !done; ++i) {
      const std::string id = R"(,"jti":")" + std::to_string(thread) + "-" + std::to_string(i) + '"';
      const auto verdict = loops.at(thread).verify(rig.store, token_by(rotated ? 1 : 0, id));
      ++(verdict.kind == TokenVerdict::Kind::verified ? verified : refused);
    }
  };
  std::thread first(load, 0), second(load, 1);
  const auto wait_for = [&](int count) {
    while (verified < count && refused == 0) std::this_thread::sleep_for(1ms);
  };
  wait_for(200);
  server.serve(key_set(jwk_of(0), jwk_of(1)));
  rotated = true;
  wait_for(verified + 200);
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(refused, 0);
  EXPECT_GE(verified, 400);
  EXPECT_EQ(server.fetches(), 2);
}

TEST_F(KeyRotation, TakesKeysOverToTheNextConfiguration) {
  VerifyLoop loop;  // outlives the thread that posts to it
  AccessThread thread;
  thread.start();
  TokenProbe probe;
  auto store =
      std::make_unique<KeyStore>(thread.io(), std::vector{server.issuer()}, probe, Logger());
  while (store->states()[0].keys == 0) std::this_thread::sleep_for(1ms);
  auto other = server.issuer();
  other.issuer = "https://other.example.com/";
  auto next = std::make_unique<KeyStore>(thread.io(), std::vector{other, server.issuer()}, probe,
                                         Logger(), store.get());
  store.reset();
  EXPECT_EQ(name_of(loop.verify(*next, token_by(0))), "verified");
  EXPECT_EQ(next->states()[1].fetches, 1U);
  while (next->states()[0].keys == 0) std::this_thread::sleep_for(1ms);
  server.serve(key_set(jwk_of(1)));
  EXPECT_EQ(name_of(loop.verify(*next, token_by(1))), "verified");  // it still fetches
}

}  // namespace
}  // namespace sidestream::test
