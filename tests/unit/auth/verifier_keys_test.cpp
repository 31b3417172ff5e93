#include <gtest/gtest.h>

#include "signing_key.hpp"
#include "verifying.hpp"

namespace sidestream::test {
namespace {

TEST_F(Verifying, UsesOnlyTheKeysOfTheIssuer) {
  TokenVerifier two({fetched_issuer(), fetched_issuer("second")});
  keys.push_back(keys_from(key_set(other_ec_key().jwk(R"("kid":"k1")"))));
  Payload payload;
  EXPECT_EQ(two.verify(ec_key().token("ES256", payload.text()), keys, now).kind, Kind::verified);
  payload.iss = R"("second")";
  EXPECT_EQ(two.verify(ec_key().token("ES256", payload.text()), keys, now).fault,
            TokenFault::signature);
  const auto good = two.verify(other_ec_key().token("ES256", payload.text()), keys, now);
  EXPECT_EQ(good.kind, Kind::verified);
  EXPECT_EQ(good.token->issuer, 1U);
}

// The header's own keys, which an attacker has chosen.
TEST_F(Verifying, NeverFollowsTheKeysOfTheHeader) {
  const std::string payload = Payload().text();
  for (const std::string& header :
       {"\"kid\":\"k1\",\"jwk\":" + other_ec_key().jwk(), "\"jwk\":" + other_ec_key().jwk(),
        std::string(R"("kid":"k1","jku":"http://127.0.0.1:1/")"),
        std::string(R"("kid":"k1","x5u":"http://127.0.0.1:1/")")}) {
    EXPECT_EQ(outcome(other_ec_key().token("ES256", payload, header)), "signature") << header;
    EXPECT_EQ(outcome(ec_key().token("ES256", payload, header)), "verified") << header;
  }
}

TEST_F(Verifying, TriesEveryKeyForATokenWithoutKid) {
  keys[0] = keys_from(key_set(other_ec_key().jwk(R"("kid":"k1")"), ec_key().jwk(R"("kid":"k2")")));
  EXPECT_EQ(outcome(ec_key().token("ES256", Payload().text())), "verified");
  EXPECT_EQ(outcome(ec_key().token("ES256", Payload().text(), R"("kid":"k1")")), "signature");
  EXPECT_EQ(outcome(ec_key().token("ES256", Payload().text(), R"("kid":"k2")")), "verified");
}

TEST_F(Verifying, TellsAnUnknownKid) {
  const auto token = ec_key().token("ES256", Payload().text(), R"("kid":"k2")");
  EXPECT_EQ(outcome(token), "unknown_kid");
  keys[0] = keys_from(key_set(ec_key().jwk()));  // a key without an id is nobody's kid
  EXPECT_EQ(outcome(token), "unknown_kid");
  keys[0] = keys_from(key_set(ec_key().jwk(R"("kid":"k2")")));
  EXPECT_EQ(outcome(token), "verified");
}

TEST_F(Verifying, CannotDecideWithoutKeys) {
  keys[0] = nullptr;
  EXPECT_EQ(outcome(Payload()), "no_keys");
  Payload unknown;
  unknown.iss = R"("x")";
  EXPECT_EQ(outcome(unknown), "issuer");
  EXPECT_EQ(outcome("x.y.z"), "malformed");
}

TEST_F(Verifying, WantsAKeyForTheAlgorithm) {
  const SigningKey rsa(KeyKind::rsa);
  const std::string payload = Payload().text();
  EXPECT_EQ(outcome(rsa.token("RS256", payload)), "algorithm");
  EXPECT_EQ(outcome(rsa.token("RS256", payload, R"("kid":"k1")")), "algorithm");
  keys[0] =
      keys_from(key_set(rsa.jwk(R"("kid":"r","alg":"RS256")"), ec_key().jwk(R"("kid":"k1")")));
  EXPECT_EQ(outcome(rsa.token("RS256", payload, R"("kid":"r")")), "verified");
  EXPECT_EQ(outcome(rsa.token("PS256", payload, R"("kid":"r")")), "algorithm");
  EXPECT_EQ(outcome(ec_key().token("ES256", payload, R"("kid":"r")")), "key");
}

TEST(VerifyingConfiguredKeys, TakesASecret) {
  const std::string secret(64, 's');
  IssuerSettings issuer = fetched_issuer();
  issuer.keys_url.clear();
  issuer.secret = secret;
  TokenVerifier verifier({issuer});
  const TrustedKeys keys{*configured_keys(issuer)};
  const std::string payload = Payload().text();
  for (const char* name : {"HS256", "HS384", "HS512"}) {
    const auto good = secret_token(name, secret, payload);
    EXPECT_EQ(verifier.verify(good, keys, now).kind, Kind::verified) << name;
    const auto bad = secret_token(name, std::string(64, 'x'), payload);
    EXPECT_EQ(verifier.verify(bad, keys, now).fault, TokenFault::signature) << name;
  }
  const auto check = verifier.verify(ec_key().token("ES256", payload), keys, now);
  EXPECT_EQ(check.kind, Kind::fault);
  EXPECT_EQ(check.fault, TokenFault::algorithm);
}

TEST(VerifyingConfiguredKeys, PemFitsAnyKidAndAKeySetItsOwn) {
  IssuerSettings issuer = fetched_issuer();
  issuer.keys_url.clear();
  const auto token = ec_key().token("ES256", Payload().text(), R"("kid":"new")");
  TokenVerifier verifier({issuer});
  EXPECT_EQ(verifier.verify(token, {keys_from(ec_key().pem())}, now).kind, Kind::verified);
  TokenVerifier by_kid({issuer});
  const auto check =
      by_kid.verify(token, {keys_from(key_set(ec_key().jwk(R"("kid":"old")")))}, now);
  EXPECT_EQ(check.kind, Kind::fault);  // no newer set will come
  EXPECT_EQ(check.fault, TokenFault::key);
}

TEST_F(Verifying, ForgetsTheTokensOfAKeyThatLeaves) {
  const auto token = ec_key().token("ES256", Payload().text(), R"("kid":"k1")");
  EXPECT_EQ(outcome(token), "verified");
  keys[0] = keys_from(key_set(other_ec_key().jwk(R"("kid":"k3")"), ec_key().jwk(R"("kid":"k1")")));
  EXPECT_TRUE(check(token).cached);
  keys[0] = keys_from(key_set(other_ec_key().jwk(R"("kid":"k1")")));
  EXPECT_EQ(outcome(token), "signature");
  EXPECT_EQ(verifier.cache().size(), 0U);
  keys[0] = keys_from(key_set(other_ec_key().jwk(R"("kid":"k3")")));
  EXPECT_EQ(outcome(token), "unknown_kid");
}

}  // namespace
}  // namespace sidestream::test
