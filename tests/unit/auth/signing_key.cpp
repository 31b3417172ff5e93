#include "signing_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <vector>

namespace sidestream::test {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void must(bool done) {
  if (!done) throw std::runtime_error("OpenSSL fails in a test");
}

EVP_PKEY* generate(KeyKind kind) {
  switch (kind) {
    case KeyKind::rsa:
      return EVP_RSA_gen(2048U);
    case KeyKind::small_rsa:
      return EVP_RSA_gen(1024U);
    case KeyKind::p256:
      return EVP_EC_gen("P-256");
    case KeyKind::p384:
      return EVP_EC_gen("P-384");
    case KeyKind::p521:
      return EVP_EC_gen("P-521");
    case KeyKind::secp256k1:
      return EVP_EC_gen("secp256k1");
    case KeyKind::ed25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case KeyKind::x25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
  }
  return nullptr;
}

std::size_t coordinate_size(KeyKind kind) {
  return kind == KeyKind::p521 ? 66 : kind == KeyKind::p384 ? 48 : 32;
}

const EVP_MD* digest_of(std::string_view algorithm) {
  if (algorithm.ends_with("256")) return EVP_sha256();
  if (algorithm.ends_with("384")) return EVP_sha384();
  if (algorithm.ends_with("512")) return EVP_sha512();
  return nullptr;
}

template <class Write>
std::string written(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  must(write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

// DER to r||s.
std::string flat(const std::string& der, std::size_t size) {
  const unsigned char* at = bytes_of(der);
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  must(parts != nullptr);
  std::vector<unsigned char> bytes(2 * size);
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), bytes.data(), static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), bytes.data() + size, static_cast<int>(size));
  ECDSA_SIG_free(parts);
  return {bytes.begin(), bytes.end()};
}

std::string header_text(std::string_view algorithm, std::string_view more) {
  return R"({"alg":")" + std::string(algorithm) + "\"" + (more.empty() ? "" : ",") +
         std::string(more) + "}";
}

}  // namespace

std::string encode_base64url(std::string_view bytes) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0, count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63U];
  return text;
}

SigningKey::SigningKey(KeyKind kind) : kind_(kind), key_(generate(kind), EVP_PKEY_free) {
  must(key_ != nullptr);
}

std::string SigningKey::number(const char* parameter, std::size_t size) const {
  BIGNUM* value = nullptr;
  must(EVP_PKEY_get_bn_param(key_.get(), parameter, &value) == 1);
  if (size == 0) size = static_cast<std::size_t>(BN_num_bytes(value));
  std::vector<unsigned char> bytes(size);
  BN_bn2binpad(value, bytes.data(), static_cast<int>(size));
  BN_free(value);
  return encode_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string SigningKey::jwk_members() const {
  if (kind_ == KeyKind::rsa || kind_ == KeyKind::small_rsa) {
    return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E) + "\"";
  }
  if (kind_ == KeyKind::ed25519 || kind_ == KeyKind::x25519) {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    must(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                     &size) == 1);
    return std::string(R"("kty":"OKP","crv":")") +
           (kind_ == KeyKind::ed25519 ? "Ed25519" : "X25519") + R"(","x":")" +
           encode_base64url(raw) + "\"";
  }
  const std::size_t size = coordinate_size(kind_);
  const std::string curve = kind_ == KeyKind::p521        ? "P-521"
                            : kind_ == KeyKind::p384      ? "P-384"
                            : kind_ == KeyKind::secp256k1 ? "secp256k1"
                                                          : "P-256";
  return R"("kty":"EC","crv":")" + curve + R"(","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, size) +
         R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, size) + "\"";
}

std::string SigningKey::jwk(std::string_view more) const {
  return "{" + jwk_members() + (more.empty() ? "" : ",") + std::string(more) + "}";
}

std::string SigningKey::pem() const {
  return written([this](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string SigningKey::private_pem() const {
  return written([this](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string SigningKey::certificate() const {
  X509* made = X509_new();
  X509_set_pubkey(made, key_.get());
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  must(X509_sign(made, key_.get(), kind_ == KeyKind::ed25519 ? nullptr : EVP_sha256()) > 0);
  auto text = written([&](BIO* bio) { return PEM_write_bio_X509(bio, made); });
  X509_free(made);
  return text;
}

std::string SigningKey::sign(std::string_view algorithm, std::string_view text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  must(EVP_DigestSignInit(context, &options, digest_of(algorithm), nullptr, key_.get()) == 1);
  if (algorithm.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  must(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                      bytes_of(text), text.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return algorithm.starts_with("ES") ? flat(signature, coordinate_size(kind_)) : signature;
}

std::string signed_text(std::string_view header, std::string_view payload) {
  return encode_base64url(header) + "." + encode_base64url(payload);
}

std::string SigningKey::token(std::string_view algorithm, std::string_view payload,
                              std::string_view header) const {
  const std::string text = signed_text(header_text(algorithm, header), payload);
  return text + "." + encode_base64url(sign(algorithm, text));
}

std::string secret_token(std::string_view algorithm, std::string_view secret,
                         std::string_view payload) {
  const std::string text = signed_text(header_text(algorithm, {}), payload);
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  must(HMAC(digest_of(algorithm), secret.data(), static_cast<int>(secret.size()), bytes_of(text),
            text.size(), reinterpret_cast<unsigned char*>(mac.data()), &size) != nullptr);
  mac.resize(size);
  return text + "." + encode_base64url(mac);
}

}  // namespace sidestream::test
