#include "sidecar/auth/token/sha256.hpp"

#include <openssl/sha.h>

namespace sidestream {

Sha256 sha256(std::string_view bytes) {
  Sha256 digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

}  // namespace sidestream
