#include "sidecar/auth/token/sha256.hpp"

#include <openssl/evp.h>

namespace sidestream {

Sha256 sha256(std::string_view bytes) {
  // Fetched once: OpenSSL 3 looks EVP_sha256() up by its name each time.
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256 result{};
  EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, digest, nullptr);
  return result;
}

}  // namespace sidestream
