// Key servers that answer wrongly, or not at all.

#include <gtest/gtest.h>

#include "key_server.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;

const SigningKey& ec_key() {
  static const SigningKey key(KeyKind::p256);
  return key;
}

std::string good_keys() { return key_set(ec_key().jwk(R"("kid":"k1")")); }

bool has_failed(const KeyState& state) { return state.failures > 0; }
bool has_keys(const KeyState& state) { return state.keys > 0; }
bool works(const KeyState& state) { return state.failing_since_ms == 0 && state.fetches > 0; }

class KeyFetch : public testing::Test {
 protected:
  // Starts without keys, meets the fault, and then works again. `reason`: a part of its text.
  void expect_failure(const std::string& reason, KeyFetchLimits limits = {}) {
    KeyStoreRig rig(server.issuer(), limits);
    ASSERT_TRUE(rig.wait_until(has_failed));
    const KeyState state = rig.state();
    EXPECT_NE(state.reason.find(reason), std::string::npos) << state.reason;
    EXPECT_EQ(state.reason.find("secret"), std::string::npos) << "shows the query";
    EXPECT_GT(state.failing_since_ms, 0);
    EXPECT_EQ(state.loaded_ms, 0);
    EXPECT_EQ(rig.verify(token_of(ec_key(), "k1")), "undecided");
    server.serve(good_keys());
    ASSERT_TRUE(rig.wait_until(works));
    EXPECT_EQ(rig.verify(token_of(ec_key(), "k1")), "verified");
  }

  KeyServer server;
};

TEST_F(KeyFetch, LoadsKeysFromItsStart) {
  server.serve(good_keys());
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  EXPECT_EQ(rig.verify(token_of(ec_key(), "k1")), "verified");
  const KeyState state = rig.state();
  EXPECT_EQ(state.issuer, "https://id.example.com/");
  EXPECT_EQ(state.fetches, 1U);
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.failing_since_ms, 0);
  EXPECT_GT(state.loaded_ms, 0);
  EXPECT_EQ(server.fetches(), 1);
}

TEST_F(KeyFetch, FetchesAgainAsCacheControlSays) {
  const auto seconds_until_next = [&](const std::string& headers) {
    server.serve(good_keys(), headers);
    KeyStoreRig rig(server.issuer());
    EXPECT_TRUE(rig.wait_until(has_keys));
    return static_cast<double>(rig.state().next_ms - rig.state().loaded_ms) / 1000;
  };
  EXPECT_NEAR(seconds_until_next({}), 300, 20);
  EXPECT_NEAR(seconds_until_next("Cache-Control: public, max-age=3600\r\n"), 3600, 20);
  EXPECT_NEAR(seconds_until_next("cache-control: max-age=1\r\n"), 60, 20);
}

TEST_F(KeyFetch, FailsWithoutAUsableKey) {
  server.serve(R"({"keys":[{"kty":"oct","k":"AAAA"}]})");
  expect_failure("no usable key");
}

TEST_F(KeyFetch, FailsWithAnAnswerThatIsNoKeySet) {
  server.serve("<html>maintenance</html>");
  expect_failure("neither a JSON Web Key Set nor PEM");
}

TEST_F(KeyFetch, FailsWithAnErrorStatus) {
  server.play([](ServerConnection& connection) {
    if (!connection.read_request().empty()) connection.respond("{}", "503 Service Unavailable");
  });
  expect_failure("status 503");
}

TEST_F(KeyFetch, DoesNotFollowRedirects) {
  const std::string location = server.url();
  server.play([location](ServerConnection& connection) {
    if (connection.read_request().empty()) return;
    connection.send("HTTP/1.1 302 Found\r\nLocation: " + location +
                    "\r\nContent-Length: 0\r\n\r\n");
  });
  expect_failure("status 302 (redirects are not followed)");
}

TEST_F(KeyFetch, FailsWithAHugeAnswer) {
  server.play([](ServerConnection& connection) {
    if (connection.read_request().empty()) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    connection.send(std::string(300'000, ' '));
  });
  expect_failure("response body exceeds 262144 bytes");
}

TEST_F(KeyFetch, FailsWithAServerThatHangs) {
  server.play([](ServerConnection& connection) {
    connection.read_request();
    connection.wait_for_close();
  });
  KeyFetchLimits limits;
  limits.within = 200ms;
  expect_failure("no complete response within 200 ms", limits);
}

TEST_F(KeyFetch, FailsWithAnUnknownAuthority) {
  server.serve(good_keys());
  auto issuer = server.issuer();
  issuer.ca.clear();
  KeyStoreRig rig(issuer);
  ASSERT_TRUE(rig.wait_until(has_failed));
  EXPECT_NE(rig.state().reason.find("certificate"), std::string::npos) << rig.state().reason;
  EXPECT_EQ(rig.verify(token_of(ec_key(), "k1")), "undecided");
}

TEST_F(KeyFetch, FailsWhereNoKeyFitsTheAlgorithms) {
  server.serve(good_keys());
  auto issuer = server.issuer();
  issuer.algorithms = {"RS256"};
  KeyStoreRig rig(issuer);
  ASSERT_TRUE(rig.wait_until(has_failed));
  EXPECT_NE(rig.state().reason.find("no key fits the algorithms (RS256)"), std::string::npos);
}

TEST_F(KeyFetch, UsesConfiguredKeysWithoutAServer) {
  auto issuer = server.issuer();
  issuer.keys_url.clear();
  issuer.keys_text = ec_key().pem();
  KeyStoreRig rig(issuer);
  EXPECT_EQ(rig.verify(token_of(ec_key(), "any")), "verified");
  EXPECT_FALSE(rig.state().fetched);
  EXPECT_EQ(server.fetches(), 0);
}

TEST_F(KeyFetch, LeavesTokensUndecidedWithUnusableConfiguredKeys) {
  auto issuer = server.issuer();
  issuer.keys_url.clear();
  issuer.keys_text = "not a key";
  KeyStoreRig rig(issuer);
  EXPECT_EQ(rig.verify(token_of(ec_key(), "any")), "undecided");
  EXPECT_NE(rig.state().reason, "");
}

TEST_F(KeyFetch, CountsVerificationsByResult) {
  server.serve(good_keys());
  KeyStoreRig rig(server.issuer());
  ASSERT_TRUE(rig.wait_until(has_keys));
  const std::string token = token_of(ec_key(), "k1");
  EXPECT_EQ(rig.verify(token), "verified");
  EXPECT_EQ(rig.verify(token), "verified");
  EXPECT_EQ(rig.verify("x"), "malformed");
  EXPECT_EQ(rig.verify(token_of(SigningKey(KeyKind::p256), "k1")), "signature");
  std::string counts;
  for (std::size_t i = 0; i < TokenProbe::results; ++i) {
    const auto count = rig.probe.count(i);
    if (count > 0) counts += std::string(TokenProbe::name(i)) + "=" + std::to_string(count) + " ";
  }
  EXPECT_EQ(counts, "verified=1 cached=1 malformed=1 signature=1 ");
}

}  // namespace
}  // namespace sidestream::test
