#include "sidecar/auth/token/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <array>
#include <cassert>

#include "sidecar/auth/token/openssl.hpp"
#include "sidecar/auth/token/weak_rsa.hpp"

namespace sidestream {
namespace {

using openssl::bytes_of;

constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;  // larger ones take too long to check and to use

struct Curve {
  KeyType type;
  const char* group;
  std::size_t size;  // of a coordinate
};
constexpr std::array curves{
    Curve{KeyType::p256, "prime256v1", 32},
    Curve{KeyType::p384, "secp384r1", 48},
    Curve{KeyType::p521, "secp521r1", 66},
};

std::shared_ptr<EVP_PKEY> hold(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

// Null: OpenSSL refuses them.
std::shared_ptr<EVP_PKEY> make_key(const char* type, OSSL_PARAM* parameters) {
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return hold(key);
}

bool is_sound(EVP_PKEY* key) {
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

// Null: none of ours.
const Curve* curve_of(EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                     nullptr) != 1) {
    return nullptr;
  }
  for (const Curve& curve : curves) {
    if (std::string_view(group.data()) == curve.group) return &curve;
  }
  return nullptr;
}

KeyResult<PublicKey> check_rsa(std::shared_ptr<EVP_PKEY> key) {
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < rsa_bits_min || bits > rsa_bits_max) {
    return KeyError("RSA key of " + std::to_string(bits) + " bits (allowed: 2048 to 8192)");
  }
  BIGNUM* modulus = nullptr;
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &modulus);
  const openssl::Bignum held(modulus);
  if (!held || has_roca_structure(held.get())) return KeyError("weak RSA key (CVE-2017-15361)");
  if (!is_sound(key.get())) return KeyError("invalid RSA key");
  return PublicKey{std::move(key), KeyType::rsa};
}

KeyResult<PublicKey> check_ec(std::shared_ptr<EVP_PKEY> key) {
  const Curve* curve = curve_of(key.get());
  if (curve == nullptr) return KeyError("EC curve other than P-256, P-384 and P-521");
  if (!is_sound(key.get())) return KeyError("EC point not on its curve");
  return PublicKey{std::move(key), curve->type};
}

KeyResult<PublicKey> check_any(std::shared_ptr<EVP_PKEY> key) {
  if (!key) return KeyError("invalid key");
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) return check_rsa(std::move(key));
  if (EVP_PKEY_is_a(key.get(), "EC") == 1) return check_ec(std::move(key));
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) {
    return PublicKey{std::move(key), KeyType::ed25519};
  }
  return KeyError("unsupported key type (supported: RSA, EC, Ed25519)");
}

std::shared_ptr<EVP_PKEY> load_rsa(std::string_view modulus, std::string_view exponent) {
  const openssl::Bignum n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
  const openssl::Bignum e(
      BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr));
  const openssl::ParameterBuild build(OSSL_PARAM_BLD_new());
  if (!n || !e || !build ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const openssl::Parameters parameters(OSSL_PARAM_BLD_to_param(build.get()));
  return parameters ? make_key("RSA", parameters.get()) : nullptr;
}

}  // namespace

KeyResult<PublicKey> check_public_key(std::shared_ptr<EVP_PKEY> key) {
  auto checked = check_any(std::move(key));
  ERR_clear_error();
  return checked;
}

KeyResult<PublicKey> make_rsa_key(std::string_view modulus, std::string_view exponent) {
  // Leading zeros are no bits. Longer numbers are not even loaded.
  if (modulus.size() > rsa_bits_max / 8 + 1 || exponent.size() > 8) {
    return KeyError("RSA key with a modulus or exponent that is too long");
  }
  return check_public_key(load_rsa(modulus, exponent));
}

KeyResult<PublicKey> make_ec_key(KeyType type, std::string_view x, std::string_view y) {
  assert(type >= KeyType::p256 && type <= KeyType::p521);
  const Curve& curve =
      curves[static_cast<std::size_t>(type) - static_cast<std::size_t>(KeyType::p256)];
  if (x.size() != curve.size || y.size() != curve.size) {
    return KeyError("EC key with a coordinate of a wrong size");
  }
  std::string group = curve.group;
  std::string point = "\x04";  // uncompressed
  point.append(x).append(y);
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end(),
  };
  auto key = make_key("EC", parameters.data());
  if (!key) {
    ERR_clear_error();
    return KeyError("EC point not on its curve");
  }
  return check_public_key(std::move(key));
}

KeyResult<PublicKey> make_ed25519_key(std::string_view bytes) {
  EVP_PKEY* key =
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
  return check_public_key(key == nullptr ? nullptr : hold(key));
}

}  // namespace sidestream
