#pragma once
// Decides whether a token holds. Pure: keys and time are handed in.
//
//   TokenVerifier verifier(settings.tokens);
//   const TokenCheck check = verifier.verify(token, keys, now);
//
// Thread: any; what calls share is the cache.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/auth/token/fault.hpp"
#include "sidecar/auth/token/jws.hpp"
#include "sidecar/auth/token/key_set.hpp"
#include "sidecar/auth/token/token_cache.hpp"
#include "sidecar/settings/access_settings.hpp"

namespace sidestream {

// One for each issuer, in the order of the settings. Null: there are no keys yet.
using TrustedKeys = std::vector<std::shared_ptr<const KeySet>>;

struct TokenCheck {
  enum class Kind : std::uint8_t {
    verified,
    fault,
    no_keys,      // it can't be decided yet
    unknown_kid,  // a newer key set may have the key
  };
  Kind kind = Kind::fault;
  std::shared_ptr<const VerifiedToken> token;  // of `verified`
  bool cached = false;                         // of `verified`
  TokenFault fault = TokenFault::malformed;    // of `fault`; of `unknown_kid`: `key`
  std::size_t issuer = 0;                      // of `no_keys` and `unknown_kid`
};

class TokenVerifier {
 public:
  explicit TokenVerifier(const std::vector<IssuerSettings>& issuers);

  // Requires: as many keys as issuers.
  TokenCheck verify(std::string_view token, const TrustedKeys& keys, TokenTime now);

  const TokenCache& cache() const { return cache_; }

 private:
  struct Issuer {
    std::string iss;
    std::vector<std::string> audiences;
    std::vector<TokenAlgorithm> algorithms;  // empty: those that fit the keys
    std::chrono::milliseconds leeway;
    bool has_secret;
    bool is_fetched;  // newer keys may come

    bool allows(TokenAlgorithm algorithm) const;
  };
  struct Keyed {  // what find_key has found
    TokenCheck::Kind kind = TokenCheck::Kind::fault;
    TokenFault fault = TokenFault::key;
    const TokenKey* key = nullptr;
  };

  TokenCheck verify_new(std::string_view token, const TrustedKeys& keys, TokenTime now) const;
  static Keyed find_key(const Jws& jws, const Issuer& issuer, const KeySet& keys);

  std::vector<Issuer> issuers_;
  TokenCache cache_;
};

}  // namespace sidestream
