#include "sidecar/auth/token/jws.hpp"

#include <gtest/gtest.h>

#include "sidecar/auth/token/base64url.hpp"
#include "sidecar/auth/token/sha256.hpp"
#include "signing_key.hpp"

namespace sidestream::test {
namespace {

std::optional<TokenFault> fault_of(const std::string& token) {
  const auto jws = parse_jws(token);
  return jws ? std::optional<TokenFault>() : jws.error();
}

std::string with_header(const std::string& header) { return signed_text(header, "{}") + ".AAAA"; }

TEST(Base64url, DecodesWhatAnEncoderWrites) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 97 + size);
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes) << size;
  }
  EXPECT_EQ(decode_base64url("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64url, RefusesOtherAlphabetsPaddingAndSpaces) {
  for (const char* text :
       {"ab+/", "YQ==", "YQ=", " YQ", "Y Q", "YQ\n", "YW.J", "YQ?", "\xc3\xa9==", "YWJjZA=="}) {
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
  }
}

TEST(Base64url, RefusesImpossibleLengthsAndUnusedBits) {
  EXPECT_EQ(decode_base64url("A"), std::nullopt);
  EXPECT_EQ(decode_base64url("AAAAA"), std::nullopt);
  EXPECT_EQ(decode_base64url("YR"), std::nullopt);   // one byte: the last four bits are not zero
  EXPECT_EQ(decode_base64url("YWJ"), std::nullopt);  // two bytes: the last two are not
  EXPECT_EQ(decode_base64url("YQ"), "a");
  EXPECT_EQ(decode_base64url("YWI"), "ab");
}

TEST(JwsParse, ReadsThreeParts) {
  const std::string token = signed_text(R"({"alg":"ES256","kid":"k1","typ":"JWT"})", "payload") +
                            "." + encode_base64url("signature");
  const auto jws = parse_jws(token);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->algorithm, TokenAlgorithm::es256);
  EXPECT_EQ(jws->kid, "k1");
  EXPECT_EQ(jws->payload, "payload");
  EXPECT_EQ(jws->signature, "signature");
  EXPECT_EQ(jws->signed_text, token.substr(0, token.rfind('.')));
}

TEST(Sha256Test, IsTheDigestOfFips180) {
  const Sha256 digest = sha256("abc");
  EXPECT_EQ(encode_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()}),
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

TEST(JwsParse, RefusesAnotherNumberOfParts) {
  const std::string good = with_header(R"({"alg":"HS256"})");
  EXPECT_EQ(fault_of(good), std::nullopt);
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), good + ".", good + ".AAAA",
        good + ".AAAA.AAAA", good.substr(0, good.rfind('.')),
        std::string(R"({"payload":"e30"})")}) {
    EXPECT_EQ(fault_of(token), TokenFault::malformed) << token;
  }
}

TEST(JwsParse, RefusesMoreThan8KiB) {
  const std::string begin = with_header(R"({"alg":"HS256"})");
  const auto sized = [&](std::size_t size) {
    return begin + std::string(size - begin.size(), 'A');
  };
  EXPECT_EQ(fault_of(sized(token_size_max)), std::nullopt);
  EXPECT_EQ(fault_of(sized(token_size_max + 4)), TokenFault::malformed);
}

TEST(JwsParse, RefusesAHeaderThatIsNoObjectWithTexts) {
  for (const char* header : {"", "null", "[]", "\"alg\"", "{", R"({"alg":"HS256"} x)", "{}",
                             R"({"alg":1})", R"({"alg":null})", R"({"alg":["HS256"]})",
                             R"({"alg":"HS256","kid":1})", R"({"alg":"HS256","kid":null})",
                             "{\"alg\":\"HS256\",\"kid\":\"\xff\"}", R"({alg:"HS256"})"}) {
    EXPECT_EQ(fault_of(with_header(header)), TokenFault::malformed) << header;
  }
}

TEST(JwsParse, NeverTakesNoneOrAnUnknownAlgorithm) {
  for (const char* name : {"none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS1", "RSA1_5",
                           "ES256K", "A256GCM", "ES521"}) {
    EXPECT_EQ(fault_of(with_header(std::string(R"({"alg":")") + name + "\"}")),
              TokenFault::algorithm)
        << name;
  }
}

TEST(JwsParse, RefusesCriticalExtensions) {
  for (const char* crit : {R"(["b64"])", R"(["exp"])", "[]", "null", "1"}) {
    const std::string header = std::string(R"({"alg":"HS256","b64":false,"crit":)") + crit + "}";
    EXPECT_EQ(fault_of(with_header(header)), TokenFault::critical) << crit;
  }
}

TEST(JwsParse, RefusesADeeplyNestedHeader) {
  const std::string deep =
      R"({"alg":"HS256","x":)" + std::string(2000, '[') + std::string(2000, ']') + "}";
  EXPECT_EQ(fault_of(with_header(deep)), TokenFault::malformed);
}

}  // namespace
}  // namespace sidestream::test
