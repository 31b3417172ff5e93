#pragma once
// Public keys of OpenSSL from the parts of a JWK, and what they may be used for.
//
// Thread: any. Leaves this thread's OpenSSL error queue empty.

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace sidestream {

// Why a key or a set of keys can't be used; without key material.
struct KeyError {
  KeyError() = default;  // result::error() needs it
  explicit KeyError(std::string what) : text(std::move(what)) {}

  std::string text;
};

template <class T>
using KeyResult = boost::system::result<T, KeyError>;

enum class KeyType : std::uint8_t { secret, rsa, p256, p384, p521, ed25519 };

struct PublicKey {
  std::shared_ptr<evp_pkey_st> key;
  KeyType type = KeyType::rsa;
};

// Checks type, size and value of a key. Errors: RSA below 2048 or above 8192 bits, a weak RSA key,
// a point that is not on its curve, another type.
KeyResult<PublicKey> check_public_key(std::shared_ptr<evp_pkey_st> key);

// All numbers are big-endian bytes. Errors: as of check_public_key.
KeyResult<PublicKey> make_rsa_key(std::string_view modulus, std::string_view exponent);
// Requires: `curve` is p256, p384 or p521. Errors: also coordinates of another size.
KeyResult<PublicKey> make_ec_key(KeyType curve, std::string_view x, std::string_view y);
KeyResult<PublicKey> make_ed25519_key(std::string_view bytes);

}  // namespace sidestream
