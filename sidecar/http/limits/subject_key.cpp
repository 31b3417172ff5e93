#include "sidecar/http/limits/subject_key.hpp"

#include <openssl/sha.h>

#include <cstring>
#include <string>

#include "sidecar/http/limits/key_hash.hpp"

namespace sidestream {

AddressKey subject_key(std::string_view subject) {
  const std::uint64_t seed = KeyHash()(AddressKey());
  std::string text(reinterpret_cast<const char*>(&seed), sizeof seed);
  text += subject;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::uint64_t key = 0;
  std::memcpy(&key, digest, sizeof key);
  return AddressKey{key};
}

}  // namespace sidestream
