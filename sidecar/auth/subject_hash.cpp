#include "sidecar/auth/subject_hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstddef>
#include <stdexcept>

#include "sidecar/base/hex.hpp"

namespace sidestream {

SubjectHash::SubjectHash() {
  if (RAND_bytes(salt_.data(), static_cast<int>(salt_.size())) != 1)
    throw std::runtime_error("OpenSSL has no random bytes");
}

std::string SubjectHash::of(std::string_view subject) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  HMAC(EVP_sha256(), salt_.data(), static_cast<int>(salt_.size()),
       reinterpret_cast<const unsigned char*>(subject.data()), subject.size(), hash.data(),
       nullptr);
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) append_hex(text, hash[i]);
  return text;
}

}  // namespace sidestream
