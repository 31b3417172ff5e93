#include "sidecar/auth/token/key.hpp"

#include <cassert>
#include <utility>

#include "sidecar/auth/token/openssl.hpp"
#include "sidecar/auth/token/sha256.hpp"
#include "sidecar/auth/token/signature.hpp"

namespace sidestream {
namespace {

constexpr std::size_t secret_size_min = 32;

std::string id_of(std::string_view material, const KeyUse& use) {
  std::string text(1, use.only ? static_cast<char>(1 + static_cast<int>(*use.only)) : '\0');
  text += use.any_kid ? "any" : use.kid ? "kid " + *use.kid : "none";
  text += '\0';
  text += material;
  const Sha256 digest = sha256(text);
  return {digest.begin(), digest.end()};
}

std::string encoded(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

// A secret is as long as the digest at least.
bool secret_fits(TokenAlgorithm algorithm, std::size_t size) {
  switch (algorithm) {
    case TokenAlgorithm::hs256:
      return size >= 32;
    case TokenAlgorithm::hs384:
      return size >= 48;
    case TokenAlgorithm::hs512:
      return size >= 64;
    default:
      return false;
  }
}

bool type_fits(TokenAlgorithm algorithm, KeyType type) {
  switch (algorithm) {
    case TokenAlgorithm::hs256:
    case TokenAlgorithm::hs384:
    case TokenAlgorithm::hs512:
      return type == KeyType::secret;
    case TokenAlgorithm::es256:
      return type == KeyType::p256;
    case TokenAlgorithm::es384:
      return type == KeyType::p384;
    case TokenAlgorithm::es512:
      return type == KeyType::p521;
    case TokenAlgorithm::eddsa:
      return type == KeyType::ed25519;
    default:
      return type == KeyType::rsa;
  }
}

}  // namespace

KeyResult<TokenKey> TokenKey::of_public_key(PublicKey key, KeyUse use) {
  if (use.only && !type_fits(*use.only, key.type)) {
    return KeyError("alg doesn't fit the type of the key");
  }
  TokenKey made;
  made.type_ = key.type;
  made.key_ = std::move(key.key);
  made.id_ = id_of(encoded(made.key_.get()), use);
  made.use_ = std::move(use);
  return made;
}

KeyResult<TokenKey> TokenKey::of_secret(std::string secret) {
  if (secret.size() < secret_size_min) {
    return KeyError("secret of " + std::to_string(secret.size()) + " bytes (at least 32)");
  }
  TokenKey made;
  made.id_ = id_of(secret, {});
  made.secret_ = std::move(secret);
  return made;
}

bool TokenKey::fits(TokenAlgorithm algorithm) const {
  if (use_.only && *use_.only != algorithm) return false;
  if (type_ == KeyType::secret) return secret_fits(algorithm, secret_.size());
  return type_fits(algorithm, type_);
}

bool TokenKey::verify(TokenAlgorithm algorithm, std::string_view text,
                      std::string_view signature) const {
  assert(fits(algorithm));
  if (type_ == KeyType::secret) return verify_hmac(algorithm, secret_, text, signature);
  return verify_signature(algorithm, key_.get(), text, signature);
}

}  // namespace sidestream
