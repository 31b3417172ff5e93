#pragma once
// A key that verifies tokens: a public key or a shared secret.
//
// Thread: any; immutable.

#include <optional>
#include <string>
#include <string_view>

#include "sidecar/auth/token/algorithm.hpp"
#include "sidecar/auth/token/public_key.hpp"

namespace sidestream {

// Which tokens a key is for.
struct KeyUse {
  bool any_kid = true;             // the key has no id and fits any, as a PEM key does
  std::optional<std::string> kid;  // nothing: only tokens without `kid`, unless any_kid
  std::optional<TokenAlgorithm> only;
};

class TokenKey {
 public:
  // Errors: `use.only` doesn't fit the type of the key.
  static KeyResult<TokenKey> of_public_key(PublicKey key, KeyUse use);
  // Fits HS256, from 48 bytes HS384 and from 64 bytes HS512 (RFC 7518, 3.2).
  // Errors: fewer than 32 bytes.
  static KeyResult<TokenKey> of_secret(std::string secret);

  // `kid`: of a token. A token without one is tried with every key.
  bool fits_kid(const std::optional<std::string>& kid) const {
    return !kid || use_.any_kid || use_.kid == kid;
  }
  bool fits(TokenAlgorithm algorithm) const;
  // Requires: fits(algorithm).
  bool verify(TokenAlgorithm algorithm, std::string_view text, std::string_view signature) const;

  // Two keys with the same id verify the same tokens. A digest, without key material.
  const std::string& id() const { return id_; }

 private:
  TokenKey() = default;

  KeyType type_ = KeyType::secret;
  std::shared_ptr<evp_pkey_st> key_;  // null: a secret
  std::string secret_;
  KeyUse use_;
  std::string id_;
};

}  // namespace sidestream
