#pragma once
// The keys of one issuer at one time.
//
//   const auto keys = KeySet::parse(response.body);
//   if (!keys) log.warn(..., keys.error().text);
//
// Thread: any; immutable.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/auth/token/key.hpp"
#include "sidecar/settings/access_settings.hpp"

namespace sidestream {

class KeySet {
 public:
  static constexpr std::size_t keys_max = 100;  // the rest is refused

  // A JSON Web Key Set or keys in PEM. Secrets (`oct`) of a key set are ignored.
  // Errors: not a key set; no usable key.
  static KeyResult<KeySet> parse(std::string_view text);
  // Errors: fewer than 32 bytes.
  static KeyResult<KeySet> of_secret(std::string secret);

  std::span<const TokenKey> keys() const { return keys_; }
  // Why others are not used; for the log.
  const std::vector<std::string>& refused() const { return refused_; }
  // Some key is for such tokens.
  bool fits(TokenAlgorithm algorithm) const;
  // By TokenKey::id().
  bool contains(std::string_view id) const;
  // The same keys in the same order.
  bool same_keys(const KeySet& other) const;

 private:
  void parse_jwks(std::string_view text);
  void add(KeyResult<TokenKey> key, std::string_view name);

  std::vector<TokenKey> keys_;
  std::vector<std::string> refused_;
};

// The keys of an issuer that are configured themselves. Null: they are fetched from `keys_url`.
// Errors: no usable key; none that fits `algorithms`.
KeyResult<std::shared_ptr<const KeySet>> configured_keys(const IssuerSettings& issuer);

// The error where no key of `keys` fits one of the issuer's `algorithms`; else empty.
std::string find_misfit(const KeySet& keys, const IssuerSettings& issuer);

}  // namespace sidestream
