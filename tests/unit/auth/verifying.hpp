#pragma once
// An issuer with one EC key, and tokens that it has signed.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "sidecar/auth/token/verifier.hpp"
#include "signing_key.hpp"

namespace sidestream::test {

using Kind = TokenCheck::Kind;

inline constexpr std::int64_t now_seconds = 1'800'000'000;
inline constexpr TokenTime now{std::chrono::seconds(now_seconds)};

inline const SigningKey& ec_key() {
  static const SigningKey key(KeyKind::p256);
  return key;
}
inline const SigningKey& other_ec_key() {
  static const SigningKey key(KeyKind::p256);
  return key;
}

inline IssuerSettings fetched_issuer(std::string iss = "https://id.example.com/") {
  IssuerSettings issuer;
  issuer.issuer = std::move(iss);
  issuer.audiences = {"sidestream", "other"};
  issuer.keys_url = "https://id.example.com/jwks.json";
  return issuer;
}

inline std::shared_ptr<const KeySet> keys_from(std::string_view text) {
  auto set = KeySet::parse(text);
  EXPECT_TRUE(set);
  return std::make_shared<const KeySet>(std::move(*set));
}

// Claims of a good token, in which tests replace parts.
struct Payload {
  std::string iss = R"("https://id.example.com/")";
  std::string aud = R"("sidestream")";
  std::string exp = std::to_string(now_seconds + 600);
  std::string more;

  std::string text() const {
    std::string text = R"({"sub":"alice")";
    if (!iss.empty()) text += ",\"iss\":" + iss;
    if (!aud.empty()) text += ",\"aud\":" + aud;
    if (!exp.empty()) text += ",\"exp\":" + exp;
    return text + (more.empty() ? "" : ",") + more + "}";
  }
};

inline std::string at(std::int64_t seconds_from_now) {
  return std::to_string(now_seconds + seconds_from_now);
}

class Verifying : public testing::Test {
 protected:
  TokenCheck check(const std::string& token, TokenTime when = now) {
    return verifier.verify(token, keys, when);
  }
  TokenCheck check(const Payload& payload) {
    return check(ec_key().token("ES256", payload.text(), R"("kid":"k1")"));
  }
  // The name of the fault, or of what else it is.
  template <class Of>
  std::string outcome(const Of& of) {
    const TokenCheck found = check(of);
    switch (found.kind) {
      case Kind::verified:
        return "verified";
      case Kind::no_keys:
        return "no_keys";
      case Kind::unknown_kid:
        return "unknown_kid";
      case Kind::fault:
        break;
    }
    return std::string(name_of(found.fault));
  }

  TokenVerifier verifier{{fetched_issuer()}};
  TrustedKeys keys{keys_from(key_set(ec_key().jwk(R"("kid":"k1")")))};
};

}  // namespace sidestream::test
