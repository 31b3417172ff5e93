#include "sidecar/auth/token/verifier.hpp"

#include <gtest/gtest.h>

#include "signing_key.hpp"
#include "verifying.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;

TEST_F(Verifying, TellsTheClaimsAndTimes) {
  Payload payload;
  payload.more = R"("iat":)" + at(-10) + R"(,"stream_exp":)" + at(7200);
  const TokenCheck found = check(payload);
  ASSERT_EQ(found.kind, Kind::verified);
  EXPECT_EQ(found.token->claims.text("sub"), "alice");
  EXPECT_EQ(found.token->exp.time_since_epoch().count(), now_seconds + 600);
  EXPECT_EQ(found.token->iat->time_since_epoch().count(), now_seconds - 10);
  EXPECT_EQ(found.token->stream_exp->time_since_epoch().count(), now_seconds + 7200);
  EXPECT_EQ(found.token->holds_until, now + 600s + 30s);
}

TEST_F(Verifying, SelectsTheIssuerByIss) {
  Payload payload;
  for (const char* iss :
       {"", R"("https://id.example.com")", R"("https://ID.example.com/")", R"("")"}) {
    payload.iss = iss;
    EXPECT_EQ(outcome(payload), "issuer") << iss;
  }
  payload.iss = R"(["https://id.example.com/"])";
  EXPECT_EQ(outcome(payload), "malformed");
}

TEST_F(Verifying, WantsOneOfTheAudiences) {
  Payload payload;
  for (const char* aud : {R"("other")", R"(["x","sidestream"])", R"(["other","sidestream"])"}) {
    payload.aud = aud;
    EXPECT_EQ(outcome(payload), "verified") << aud;
  }
  for (const char* aud : {"", "[]", R"("x")", R"(["x","y"])", R"("Sidestream")", R"("")"}) {
    payload.aud = aud;
    EXPECT_EQ(outcome(payload), "audience") << aud;
  }
  for (const char* aud : {"1", "null", R"(["sidestream",1])", "{}"}) {
    payload.aud = aud;
    EXPECT_EQ(outcome(payload), "malformed") << aud;
  }
}

TEST_F(Verifying, HoldsUntilExpAndTheLeeway) {
  Payload payload;
  payload.exp = "";
  EXPECT_EQ(outcome(payload), "no_expiry");
  for (const char* exp : {"null", "\"1900000000\"", "[]", "true"}) {
    payload.exp = exp;
    EXPECT_EQ(outcome(payload), "malformed") << exp;
  }
  payload.exp = at(-29);
  EXPECT_EQ(outcome(payload), "verified");
  payload.exp = at(-29) + ".9";
  EXPECT_EQ(outcome(payload), "verified");
  for (const auto& exp :
       {at(-30), at(-30) + ".9", std::string("0"), std::string("-1"), std::string("-1e300")}) {
    payload.exp = exp;
    EXPECT_EQ(outcome(payload), "expired") << exp;
  }
  for (const char* exp : {"9999999999999", "1e300", "18446744073709551615", "1.9e9"}) {
    payload.exp = exp;
    EXPECT_EQ(outcome(payload), "verified") << exp;
  }
}

TEST_F(Verifying, HonoursNbfAndIatInTheFuture) {
  Payload payload;
  for (const char* name : {"nbf", "iat"}) {
    const std::string claim = "\"" + std::string(name) + "\":";
    for (const auto& good : {at(-1000), at(0), at(30)}) {
      payload.more = claim + good;
      EXPECT_EQ(outcome(payload), "verified") << payload.more;
    }
    for (const auto& early : {at(31), std::string("1e300")}) {
      payload.more = claim + early;
      EXPECT_EQ(outcome(payload), "not_yet_valid") << payload.more;
    }
    payload.more = claim + "\"0\"";
    EXPECT_EQ(outcome(payload), "malformed");
  }
  payload.more = R"("stream_exp":"soon")";
  EXPECT_EQ(outcome(payload), "malformed");
}

TEST_F(Verifying, RefusesAPayloadThatIsNoObject) {
  for (const char* payload : {"", "null", "[]", "{", "{} {}", "\"text\"", "{\"iss\":\"\xff\"}"}) {
    EXPECT_EQ(outcome(ec_key().token("ES256", payload, R"("kid":"k1")")), "malformed") << payload;
  }
}

// Whoever reads the claims later sees what was checked.
TEST_F(Verifying, CountsTheLastOfTwoClaimsWithOneName) {
  Payload payload;
  payload.more = R"("sub":"bob","exp":)" + at(100);
  const TokenCheck found = check(payload);
  ASSERT_EQ(found.kind, Kind::verified);
  EXPECT_EQ(found.token->claims.text("sub"), "bob");
  EXPECT_EQ(found.token->claims.text("exp"), at(100));
  EXPECT_EQ(found.token->exp.time_since_epoch().count(), now_seconds + 100);
}

TEST_F(Verifying, RefusesAChangedToken) {
  const std::string token = ec_key().token("ES256", Payload().text(), R"("kid":"k1")");
  EXPECT_EQ(outcome(token), "verified");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed == token) continue;
    EXPECT_NE(outcome(changed), "verified") << i;
  }
  EXPECT_EQ(outcome(other_ec_key().token("ES256", Payload().text(), R"("kid":"k1")")), "signature");
}

TEST_F(Verifying, NeverTakesNoneOrAPublicKeyAsASecret) {
  const std::string payload = Payload().text();
  for (const char* name : {"none", "None", "NONE"}) {
    EXPECT_EQ(outcome(signed_text(std::string(R"({"alg":")") + name + "\"}", payload) + "."),
              "algorithm");
  }
  EXPECT_EQ(outcome(secret_token("HS256", ec_key().pem(), payload)), "algorithm");
  EXPECT_EQ(outcome(secret_token("HS256", ec_key().jwk(), payload)), "algorithm");
}

TEST_F(Verifying, TakesConfiguredAlgorithmsAlone) {
  auto issuer = fetched_issuer();
  issuer.algorithms = {"ES384", "PS256", "HS256"};
  TokenVerifier strict({issuer});
  const auto fault = [&](const std::string& token) {
    return strict.verify(token, keys, now).fault;
  };
  EXPECT_EQ(fault(ec_key().token("ES256", Payload().text(), R"("kid":"k1")")),
            TokenFault::algorithm);
  // HS256 with a public key stays refused, whatever is configured.
  EXPECT_EQ(fault(secret_token("HS256", ec_key().pem(), Payload().text())), TokenFault::algorithm);
}

TEST_F(Verifying, LooksUpAKnownToken) {
  const auto token = ec_key().token("ES256", Payload().text(), R"("kid":"k1")");
  const auto first = check(token);
  EXPECT_FALSE(first.cached);
  for (int i = 0; i < 10'000; ++i) {
    const auto again = check(token);
    ASSERT_TRUE(again.cached);
    ASSERT_EQ(again.token, first.token);
  }
  EXPECT_EQ(verifier.cache().size(), 1U);
}

TEST_F(Verifying, ExpiresAKnownToken) {
  const auto token = ec_key().token("ES256", Payload().text(), R"("kid":"k1")");
  EXPECT_EQ(check(token).kind, Kind::verified);
  EXPECT_EQ(check(token, now + 629s + 999ms).kind, Kind::verified);
  EXPECT_EQ(check(token, now + 630s).fault, TokenFault::expired);
  EXPECT_EQ(verifier.cache().size(), 0U);
}

TEST_F(Verifying, KeepsNoRefusedToken) {
  Payload payload;
  payload.aud = R"("x")";
  EXPECT_EQ(outcome(payload), "audience");
  EXPECT_EQ(outcome(other_ec_key().token("ES256", Payload().text(), R"("kid":"k1")")), "signature");
  EXPECT_EQ(verifier.cache().size(), 0U);
}

}  // namespace
}  // namespace sidestream::test
