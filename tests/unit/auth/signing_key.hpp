#pragma once
// A private key, made at run time, and what an issuer does with it.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace sidestream::test {

std::string encode_base64url(std::string_view bytes);

enum class KeyKind { rsa, small_rsa, p256, p384, p521, ed25519, secp256k1, x25519 };

class SigningKey {
 public:
  explicit SigningKey(KeyKind kind);

  // The members of its public JWK, without braces, `kty` first.
  std::string jwk_members() const;
  // A JWK with `more` members, such as `"kid":"a"`.
  std::string jwk(std::string_view more = {}) const;
  std::string pem() const;          // PUBLIC KEY
  std::string private_pem() const;  // PRIVATE KEY
  std::string certificate() const;  // CERTIFICATE, self-signed

  // As JWS has it: ECDSA as r||s.
  std::string sign(std::string_view algorithm, std::string_view text) const;
  // `header`: members besides `alg`, such as `"kid":"a"`.
  std::string token(std::string_view algorithm, std::string_view payload,
                    std::string_view header = {}) const;

 private:
  std::string number(const char* parameter, std::size_t size = 0) const;

  KeyKind kind_;
  std::shared_ptr<EVP_PKEY> key_;
};

// An HS256, HS384 or HS512 token.
std::string secret_token(std::string_view algorithm, std::string_view secret,
                         std::string_view payload);
// Base64url of a header and a payload; the text that is signed.
std::string signed_text(std::string_view header, std::string_view payload);

// {"keys":[...]} of JWKs.
template <class... Jwk>
std::string key_set(const Jwk&... jwks) {
  std::string text;
  ((text += (text.empty() ? "" : ",") + std::string(jwks)), ...);
  return R"({"keys":[)" + text + "]}";
}

}  // namespace sidestream::test
