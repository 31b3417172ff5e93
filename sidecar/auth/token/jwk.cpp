#include "sidecar/auth/token/jwk.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "sidecar/auth/token/base64url.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

// Empty: absent, or not a string.
std::string_view text_of(const json::object& jwk, std::string_view name) {
  const auto* value = jwk.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

bool is_for_signatures(const json::object& jwk) {
  if (jwk.contains("use") && text_of(jwk, "use") != "sig") return false;
  const auto* value = jwk.if_contains("key_ops");
  if (value == nullptr) return true;
  const auto* operations = value->if_array();
  return operations != nullptr &&
         std::any_of(operations->begin(), operations->end(), [](const json::value& operation) {
           return operation.is_string() && operation.get_string() == "verify";
         });
}

KeyResult<PublicKey> parse_public_key(const json::object& jwk) {
  const std::string_view kty = text_of(jwk, "kty");
  const auto part = [&](std::string_view name) { return decode_base64url(text_of(jwk, name)); };
  if (kty == "RSA") {
    const auto n = part("n"), e = part("e");
    if (!n || !e) return KeyError("n or e is not base64url");
    return make_rsa_key(*n, *e);
  }
  const std::string_view crv = text_of(jwk, "crv");
  const auto x = part("x"), y = part("y");  // y of Ed25519: absent, which is empty
  if (!x || !y) return KeyError("x or y is not base64url");
  if (kty == "OKP" && crv == "Ed25519") return make_ed25519_key(*x);
  if (kty != "EC") return KeyError("kty or crv is not supported");
  if (crv == "P-256") return make_ec_key(KeyType::p256, *x, *y);
  if (crv == "P-384") return make_ec_key(KeyType::p384, *x, *y);
  if (crv == "P-521") return make_ec_key(KeyType::p521, *x, *y);
  return KeyError("kty or crv is not supported");
}

}  // namespace

bool is_secret(const json::object& jwk) { return text_of(jwk, "kty") == "oct"; }

KeyResult<TokenKey> parse_jwk(const json::object& jwk) {
  if (!is_for_signatures(jwk)) return KeyError("use or key_ops is not for verifying signatures");
  KeyUse use;
  use.any_kid = false;
  if (jwk.contains("alg")) {
    use.only = parse_algorithm(text_of(jwk, "alg"));
    if (!use.only) return KeyError("alg is not a signature algorithm of tokens");
  }
  if (const auto* kid = jwk.if_contains("kid")) {
    if (!kid->is_string()) return KeyError("kid is not a string");
    use.kid = std::string(kid->get_string());
  }
  auto key = parse_public_key(jwk);
  if (!key) return key.error();
  return TokenKey::of_public_key(std::move(*key), std::move(use));
}

}  // namespace sidestream
