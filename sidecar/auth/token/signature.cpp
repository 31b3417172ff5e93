#include "sidecar/auth/token/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>
#include <cassert>
#include <string>

#include "sidecar/auth/token/openssl.hpp"

namespace sidestream {
namespace {

using openssl::bytes_of;

const EVP_MD* digest_of(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::hs256:
    case TokenAlgorithm::rs256:
    case TokenAlgorithm::ps256:
    case TokenAlgorithm::es256:
      return EVP_sha256();
    case TokenAlgorithm::hs384:
    case TokenAlgorithm::rs384:
    case TokenAlgorithm::ps384:
    case TokenAlgorithm::es384:
      return EVP_sha384();
    case TokenAlgorithm::hs512:
    case TokenAlgorithm::rs512:
    case TokenAlgorithm::ps512:
    case TokenAlgorithm::es512:
      return EVP_sha512();
    case TokenAlgorithm::eddsa:
      break;  // hashes by itself
  }
  return nullptr;
}

bool is_pss(TokenAlgorithm algorithm) {
  return algorithm >= TokenAlgorithm::ps256 && algorithm <= TokenAlgorithm::ps512;
}

// The size of r and of s; 0: not ECDSA.
std::size_t integer_size(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::es256:
      return 32;
    case TokenAlgorithm::es384:
      return 48;
    case TokenAlgorithm::es512:
      return 66;
    default:
      return 0;
  }
}

// r||s, as tokens have it, in DER, as OpenSSL wants it. Empty: of a wrong size.
std::string encode_der(std::string_view signature, std::size_t size) {
  if (signature.size() != 2 * size) return {};
  openssl::Bignum r(BN_bin2bn(bytes_of(signature), static_cast<int>(size), nullptr));
  openssl::Bignum s(BN_bin2bn(bytes_of(signature) + size, static_cast<int>(size), nullptr));
  const openssl::EcdsaSignature parts(ECDSA_SIG_new());
  if (!r || !s || !parts || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // `parts` owns them now
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(parts.get(), &der);
  if (length <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return text;
}

bool run_verification(TokenAlgorithm algorithm, EVP_PKEY* key, std::string_view text,
                      std::string_view signature) {
  const openssl::Digest context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // `context` owns it
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &options, digest_of(algorithm), nullptr, key) != 1) {
    return false;
  }
  if (is_pss(algorithm) &&
      (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

}  // namespace

bool verify_signature(TokenAlgorithm algorithm, EVP_PKEY* key, std::string_view text,
                      std::string_view signature) {
  assert(!is_symmetric(algorithm));
  std::string der;
  if (const std::size_t size = integer_size(algorithm); size > 0) {
    der = encode_der(signature, size);
    signature = der;
  }
  const bool verified = !signature.empty() && run_verification(algorithm, key, text, signature);
  ERR_clear_error();
  return verified;
}

bool verify_hmac(TokenAlgorithm algorithm, std::string_view secret, std::string_view text,
                 std::string_view signature) {
  assert(is_symmetric(algorithm));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  const char* digest = EVP_MD_get0_name(digest_of(algorithm));
  const bool made =
      EVP_Q_mac(nullptr, "HMAC", nullptr, digest, nullptr, bytes_of(secret), secret.size(),
                bytes_of(text), text.size(), mac.data(), mac.size(), &size) != nullptr;
  ERR_clear_error();
  return made && signature.size() == size && CRYPTO_memcmp(mac.data(), signature.data(), size) == 0;
}

}  // namespace sidestream
