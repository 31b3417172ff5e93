#include "tests/integration/access/harness/hs256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace e2e {
namespace {

std::string base64url(const std::string& bytes) {
  std::vector<unsigned char> text(4 * (bytes.size() + 2) / 3 + 1);
  const int n = EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  std::string out(text.begin(), text.begin() + n);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out.substr(0, out.find('='));
}

}  // namespace

std::string accept_tokens(const std::string& more) {
  return std::string("tokens: [{ issuer: tests, audience: sidestream, secret: \"") + token_secret +
         "\"" + more + " }]";
}

// Not std::time: its second begins up to a tick of the kernel late, so that what ends on time
// would seem to be early.
std::int64_t unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(now).count();
}

std::string sign_payload(const std::string& json, const std::string& secret) {
  const std::string signed_part =
      base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(json);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), digest,
       &size);
  return signed_part + "." + base64url({reinterpret_cast<const char*>(digest), size});
}

std::string make_token(const std::string& claims, std::int64_t lifetime) {
  const std::int64_t now = unix_now();
  return sign_payload("{\"iss\":\"tests\",\"aud\":\"sidestream\",\"iat\":" + std::to_string(now) +
                      ",\"exp\":" + std::to_string(now + lifetime) +
                      (claims.empty() ? "" : "," + claims) + "}");
}

Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

Headers signed_in(const std::string& subject, const std::string& more_claims,
                  std::int64_t lifetime) {
  const std::string claims =
      "\"sub\":\"" + subject + "\"" + (more_claims.empty() ? "" : "," + more_claims);
  return bearer(make_token(claims, lifetime));
}

std::string log_key(const Source& source) {
  const std::string keys = source.log_keys();
  return keys.substr(0, keys.find(','));
}

}  // namespace e2e
