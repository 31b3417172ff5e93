// Wycheproof's vectors: every case, at the level of signatures (the payloads are no claims).

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "sidecar/auth/token/base64url.hpp"
#include "sidecar/auth/token/jws.hpp"
#include "sidecar/auth/token/key_set.hpp"

namespace sidestream::test {
namespace {

namespace json = boost::json;

enum class Reason {
  strict_base64url,   // "?" within base64url, which the vectors skip
  key_alg,            // the key's own `alg` says otherwise: PS256 for PS384, "ES521" for ES512
  secret_in_key_set,  // `oct` keys of a key set are ignored
  encrypted,          // JWE is not supported
  same_as_valid,      // the bytes are those of test 357, which is valid
};

struct File {
  const char* name;
  int cases;
  std::map<int, Reason> exceptions;  // by tcId: decided otherwise than by the vectors
};

const File files[] = {
    {"json_web_signature_test.json",
     401,
     {{346, Reason::key_alg},
      {347, Reason::key_alg},
      {350, Reason::key_alg},
      {351, Reason::key_alg},
      {367, Reason::same_as_valid},
      {370, Reason::same_as_valid},
      {372, Reason::strict_base64url},
      {373, Reason::strict_base64url}}},
    {"json_web_key_test.json", 26, {{2, Reason::secret_in_key_set}}},
    {"json_web_crypto_test.json",
     83,
     {{48, Reason::secret_in_key_set}, {50, Reason::encrypted}, {67, Reason::encrypted}}},
};

json::object read(const std::string& name) {
  std::ifstream file(SIDESTREAM_VECTORS "/" + name);
  return json::parse(std::string(std::istreambuf_iterator<char>(file), {})).as_object();
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

struct Keys {
  KeyResult<KeySet> set = KeyError("not read");
  std::optional<TokenAlgorithm> only;  // of a secret: what the vectors use it for
  bool secret = false;
};

// The only key of a set as it is.
const json::object& unwrapped(const json::object& group) {
  const auto& key = group.contains("public") ? group.at("public") : group.at("private");
  const auto* keys = key.as_object().if_contains("keys");
  const bool single = keys != nullptr && keys->as_array().size() == 1;
  return single ? keys->as_array()[0].as_object() : key.as_object();
}

// A secret is configured itself, with its algorithm; public keys are in a key set.
Keys keys_of(const json::object& group) {
  Keys keys;
  const auto& jwk = unwrapped(group);
  if (jwk.contains("keys")) {
    keys.set = KeySet::parse(json::serialize(jwk));
  } else if (jwk.at("kty") == "oct") {
    keys.secret = true;
    keys.set = KeySet::of_secret(decode_base64url(jwk.at("k").as_string()).value());
    keys.only = parse_algorithm(jwk.at("alg").as_string());
  } else {
    keys.set = KeySet::parse(R"({"keys":[)" + json::serialize(jwk) + "]}");
  }
  return keys;
}

bool verifies(const std::string& token, const Keys& keys) {
  const auto jws = parse_jws(token);
  if (!jws || !keys.set) return false;
  if (keys.secret && keys.only != jws->algorithm) return false;
  for (const auto& key : keys.set->keys()) {
    if (key.fits_kid(jws->kid) && key.fits(jws->algorithm) &&
        key.verify(jws->algorithm, jws->signed_text, jws->signature)) {
      return true;
    }
  }
  return false;
}

class Wycheproof : public testing::TestWithParam<File> {};

TEST_P(Wycheproof, DecidesEveryCase) {
  const File& file = GetParam();
  const auto document = read(file.name);
  int cases = 0, valid = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    const Keys keys = keys_of(group.as_object());
    for (const auto& value : group.at("tests").as_array()) {
      const auto& test = value.as_object();
      const auto id = json::value_to<int>(test.at("tcId"));
      const bool expected = (test.at("result") == "valid") != file.exceptions.contains(id);
      const bool found = verifies(text_of(test.at(test.contains("jws") ? "jws" : "jwe")), keys);
      EXPECT_EQ(found, expected) << file.name << ' ' << id << ' ' << test.at("comment");
      ++cases;
      valid += found ? 1 : 0;
    }
  }
  EXPECT_EQ(cases, file.cases);
  EXPECT_EQ(document.at("numberOfTests").as_int64(), cases);
  EXPECT_GT(valid, 0);
}

INSTANTIATE_TEST_SUITE_P(Vectors, Wycheproof, testing::ValuesIn(files), [](const auto& test) {
  const std::string name = test.param.name;
  return name.substr(0, name.find('.'));
});

// The vectors contradict themselves here: nothing can decide both ways.
TEST(WycheproofExceptions, HaveTheBytesOfAValidCase) {
  const auto document = read(files[0].name);
  std::map<std::int64_t, std::string> tokens;
  for (const auto& group : document.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      tokens[test.at("tcId").as_int64()] = text_of(test.at("jws"));
    }
  }
  EXPECT_EQ(tokens.at(367), tokens.at(357));
  EXPECT_EQ(tokens.at(370), tokens.at(357));
}

}  // namespace
}  // namespace sidestream::test
