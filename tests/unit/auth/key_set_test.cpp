#include "sidecar/auth/token/key_set.hpp"

#include <gtest/gtest.h>

#include "signing_key.hpp"

namespace sidestream::test {
namespace {

constexpr TokenAlgorithm all[] = {
    TokenAlgorithm::hs256, TokenAlgorithm::hs384, TokenAlgorithm::hs512, TokenAlgorithm::rs256,
    TokenAlgorithm::rs384, TokenAlgorithm::rs512, TokenAlgorithm::ps256, TokenAlgorithm::ps384,
    TokenAlgorithm::ps512, TokenAlgorithm::es256, TokenAlgorithm::es384, TokenAlgorithm::es512,
    TokenAlgorithm::eddsa,
};

// One key of each kind for all tests: RSA takes a while to make.
const SigningKey& key_of(KeyKind kind) {
  static const SigningKey keys[] = {
      SigningKey(KeyKind::rsa),       SigningKey(KeyKind::small_rsa), SigningKey(KeyKind::p256),
      SigningKey(KeyKind::p384),      SigningKey(KeyKind::p521),      SigningKey(KeyKind::ed25519),
      SigningKey(KeyKind::secp256k1), SigningKey(KeyKind::x25519),
  };
  return keys[static_cast<std::size_t>(kind)];
}

// The error; "" where there are keys.
std::string error_of(std::string_view text) {
  const auto set = KeySet::parse(text);
  return set ? "" : set.error().text;
}

std::string algorithms_of(const KeySet& set) {
  std::string fit;
  for (const auto algorithm : all) fit += set.fits(algorithm) ? '1' : '0';
  return fit;
}

struct TypeCase {
  KeyKind kind;
  const char* fits;  // in the order of `all`
};

class KeyTypes : public testing::TestWithParam<TypeCase> {};

TEST_P(KeyTypes, FitTheirAlgorithmsByEveryFormat) {
  const SigningKey& key = key_of(GetParam().kind);
  for (const std::string& text : {key_set(key.jwk()), key.pem(), key.certificate()}) {
    const auto set = KeySet::parse(text);
    ASSERT_TRUE(set) << set.error().text;
    EXPECT_EQ(set->keys().size(), 1U);
    EXPECT_EQ(algorithms_of(*set), GetParam().fits);
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, KeyTypes,
                         testing::Values(TypeCase{KeyKind::rsa, "0001111110000"},
                                         TypeCase{KeyKind::p256, "0000000001000"},
                                         TypeCase{KeyKind::p384, "0000000000100"},
                                         TypeCase{KeyKind::p521, "0000000000010"},
                                         TypeCase{KeyKind::ed25519, "0000000000001"}));

TEST(KeySetTest, VerifiesWhatEachKeyHasSigned) {
  const struct {
    KeyKind kind;
    std::vector<const char*> algorithms;
  } cases[] = {{KeyKind::rsa, {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}},
               {KeyKind::p256, {"ES256"}},
               {KeyKind::p384, {"ES384"}},
               {KeyKind::p521, {"ES512"}},
               {KeyKind::ed25519, {"EdDSA"}}};
  for (const auto& [kind, names] : cases) {
    const auto set = KeySet::parse(key_set(key_of(kind).jwk()));
    ASSERT_TRUE(set);
    const TokenKey& key = set->keys()[0];
    for (const char* name : names) {
      const auto algorithm = *parse_algorithm(name);
      const std::string signature = key_of(kind).sign(name, "text");
      EXPECT_TRUE(key.verify(algorithm, "text", signature)) << name;
      EXPECT_FALSE(key.verify(algorithm, "texts", signature)) << name;
      EXPECT_FALSE(key.verify(algorithm, "text", signature + '\0')) << name;
      EXPECT_FALSE(key.verify(algorithm, "text", signature.substr(1))) << name;
      EXPECT_FALSE(key.verify(algorithm, "text", "")) << name;
    }
  }
}

TEST(KeySetTest, RefusesRsaKeysBelow2048Bits) {
  const SigningKey& small = key_of(KeyKind::small_rsa);
  for (const std::string& text : {key_set(small.jwk()), small.pem(), small.certificate()}) {
    EXPECT_NE(error_of(text).find("RSA key of 1024 bits"), std::string::npos) << error_of(text);
  }
}

TEST(KeySetTest, RefusesOtherCurves) {
  for (const KeyKind kind : {KeyKind::secp256k1, KeyKind::x25519}) {
    const SigningKey& key = key_of(kind);
    EXPECT_NE(error_of(key_set(key.jwk())), "");
    EXPECT_NE(error_of(key.pem()), "");
  }
}

TEST(KeySetTest, RefusesKeysForSomethingElse) {
  const SigningKey& key = key_of(KeyKind::p256);
  for (const char* more :
       {R"("use":"enc")", R"("use":1)", R"("use":null)", R"("key_ops":["sign"])", R"("key_ops":[])",
        R"("key_ops":"verify")", R"("key_ops":[1])", R"("alg":"ES384")", R"("alg":"RS256")",
        R"("alg":"ECDH-ES")", R"("alg":"none")", R"("alg":1)", R"("kid":1)"}) {
    EXPECT_NE(error_of(key_set(key.jwk(more))), "") << more;
  }
  for (const char* more : {R"("use":"sig")", R"("key_ops":["sign","verify"])", R"("alg":"ES256")",
                           R"("x5u":"http://127.0.0.1/","x5c":["AAAA"])"}) {
    EXPECT_EQ(error_of(key_set(key.jwk(more))), "") << more;
  }
}

TEST(KeySetTest, RestrictsAKeyToItsAlg) {
  const auto set = KeySet::parse(key_set(key_of(KeyKind::rsa).jwk(R"("alg":"PS384")")));
  ASSERT_TRUE(set);
  EXPECT_EQ(algorithms_of(*set), "0000000100000");
}

TEST(KeySetTest, IgnoresSecretsOfAKeySet) {
  const std::string oct =
      R"({"kty":"oct","k":")" + encode_base64url(std::string(64, 's')) + R"(","alg":"HS256"})";
  EXPECT_EQ(error_of(key_set(oct)), "no usable key");
  const auto set = KeySet::parse(key_set(oct, key_of(KeyKind::p256).jwk()));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys().size(), 1U);
  EXPECT_TRUE(set->refused().empty());
  EXPECT_FALSE(set->fits(TokenAlgorithm::hs256));
}

TEST(KeySetTest, UsesTheOthersWhereSomeAreRefused) {
  const auto set =
      KeySet::parse(key_set(key_of(KeyKind::small_rsa).jwk(R"("kid":"old")"), "1",
                            R"({"kty":"EC"})", key_of(KeyKind::p256).jwk(R"("kid":"new")")));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys().size(), 1U);
  ASSERT_EQ(set->refused().size(), 3U);
  EXPECT_EQ(set->refused()[0], "key old: RSA key of 1024 bits (allowed: 2048 to 8192)");
  EXPECT_EQ(set->refused()[1], "key 2: not a JSON object");
}

TEST(KeySetTest, IsAnErrorWithoutAUsableKey) {
  for (const char* text : {"", "{}", "[]", "null", R"({"keys":{}})", R"({"keys":[]})", "not JSON",
                           R"({"keys":[null]})", "-----BEGIN PUBLIC KEY-----\nAAAA\n",
                           "-----BEGIN X-----\nAAAA\n-----END X-----\n"}) {
    EXPECT_NE(error_of(text), "") << text;
  }
}

TEST(KeySetTest, RefusesPointsOffTheirCurveAndWrongSizes) {
  const std::string good = encode_base64url(std::string(32, '\x01'));
  const std::string long_one = encode_base64url(std::string(33, '\x01'));
  const auto ec = [](const std::string& x, const std::string& y) {
    return key_set(R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + "\"}");
  };
  EXPECT_NE(error_of(ec(good, good)).find("not on its curve"), std::string::npos);
  EXPECT_NE(error_of(ec(good, long_one)).find("wrong size"), std::string::npos);
  EXPECT_NE(error_of(ec(good, good + "=")).find("base64url"), std::string::npos);
  EXPECT_NE(error_of(key_set(R"({"kty":"OKP","crv":"Ed25519","x":")" + long_one + "\"}")), "");
}

TEST(KeySetTest, ReadsSeveralPemBlocksForAnyKid) {
  const auto set = KeySet::parse("# comment\n" + key_of(KeyKind::p256).pem() + "\n" +
                                 key_of(KeyKind::rsa).certificate());
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 2U);
  EXPECT_TRUE(set->keys()[0].fits_kid("whatever"));
  EXPECT_TRUE(set->keys()[0].fits_kid(std::nullopt));
}

TEST(KeySetTest, RefusesPrivateKeysInPem) {
  EXPECT_NE(error_of(key_of(KeyKind::p256).private_pem()).find("private key"), std::string::npos);
}

TEST(KeySetTest, FitsAKidByItsOwnAlone) {
  const SigningKey& key = key_of(KeyKind::p256);
  const auto named = KeySet::parse(key_set(key.jwk(R"("kid":"a")")));
  const auto nameless = KeySet::parse(key_set(key.jwk()));
  ASSERT_TRUE(named && nameless);
  EXPECT_TRUE(named->keys()[0].fits_kid("a"));
  EXPECT_FALSE(named->keys()[0].fits_kid("b"));
  EXPECT_TRUE(named->keys()[0].fits_kid(std::nullopt));
  EXPECT_FALSE(nameless->keys()[0].fits_kid("a"));
  EXPECT_TRUE(nameless->keys()[0].fits_kid(std::nullopt));
  EXPECT_FALSE(nameless->same_keys(*named));
}

TEST(KeySetTest, TakesAHundredKeys) {
  std::string text;
  for (int i = 0; i < 101; ++i) {
    text += (i > 0 ? "," : "") + key_of(KeyKind::p256).jwk(R"("kid":")" + std::to_string(i) + "\"");
  }
  const auto set = KeySet::parse(R"({"keys":[)" + text + "]}");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys().size(), 100U);
  EXPECT_EQ(set->refused().size(), 1U);
}

TEST(KeySetTest, ErrorsShowNoKeyMaterial) {
  const std::string secret = "this-is-much-too-short";
  const auto set = KeySet::of_secret(secret);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().text, "secret of 22 bytes (at least 32)");
}

TEST(ConfiguredKeys, SecretsFitTheAlgorithmsOfTheirSize) {
  const auto fits = [](std::size_t size) {
    const auto set = KeySet::of_secret(std::string(size, 's'));
    return set ? algorithms_of(*set).substr(0, 3) : "none";
  };
  EXPECT_EQ(fits(31), "none");
  EXPECT_EQ(fits(32), "100");
  EXPECT_EQ(fits(47), "100");
  EXPECT_EQ(fits(48), "110");
  EXPECT_EQ(fits(63), "110");
  EXPECT_EQ(fits(64), "111");
}

TEST(ConfiguredKeys, AreNotThereForAUrl) {
  IssuerSettings issuer;
  issuer.keys_url = "https://id.example.com/keys";
  const auto keys = configured_keys(issuer);
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys, nullptr);
}

TEST(ConfiguredKeys, MustFitTheAlgorithms) {
  IssuerSettings issuer;
  issuer.keys_text = key_of(KeyKind::p256).pem();
  issuer.algorithms = {"RS256", "EdDSA"};
  const auto keys = configured_keys(issuer);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().text, "no key fits the algorithms (RS256, EdDSA)");
  issuer.algorithms = {"RS256", "ES256"};
  EXPECT_TRUE(configured_keys(issuer));
}

}  // namespace
}  // namespace sidestream::test
