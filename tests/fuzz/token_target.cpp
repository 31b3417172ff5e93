// Tokens, as strangers send them: parts, header, claims, and the whole verification.

#include <algorithm>
#include <string>

#include "sidecar/auth/token/base64url.hpp"
#include "sidecar/auth/token/jws.hpp"
#include "sidecar/auth/token/verifier.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/unit/auth/signing_key.hpp"

namespace fuzz {
namespace {

using sidestream::TokenCheck;
using Kind = TokenCheck::Kind;

// The public keys of the corpus: kid r, e, p and o.
constexpr const char* key_set =
    R"({"keys":[)"
    R"({"kty":"RSA","n":"k5PU-HN9CO5AvcWMkPvD1FefwtVIR1A3luFrnXOTXZyzU_SdBzOvAlWjky9zGtnX6b)"
    R"(r301Wfq-R3YZ8y6vZXc7-u-F1MnNzW1MHRwo6bN9zWOiQHWSDAzhClCexiAGh-ZFxzOZilaOeZb21Wipo-kX)"
    R"(pQWvWrdvNwggmnIj7TASxCfQupHRwFV_2FrjRg1WQa0hUAJTDqJptHb4oCNOGkGhJ_SmT_JTH-0gy3YZ7z37)"
    R"(dPru64mH-gyTX_MqjADpqnxtDhwmbLADHUD353YEDfNm7DLf8vQiVc5YTnElx_wnq1kjyVLxSePV3VhfP91_)"
    R"(4VWvRS2QSyivPWiZGC6IhHzQ","e":"AQAB","kid":"r","use":"sig"},)"
    R"({"kty":"EC","crv":"P-256","x":"LKPMwN8u8iHbPbUWj8zC4hLUNxhr-6IOizCMyKKBhYo","y":"hQs)"
    R"(-TPB2DY60IZCJzI5gxjnD-EdAAuf2sAdL08-rOUE","kid":"e","alg":"ES256"},)"
    R"({"kty":"EC","crv":"P-521","x":"AT__UA5XlpAc-1oCKrNH5hqQ8NEeKsxqCOnwj0E-EEtMtCJgT6ezv)"
    R"(81MgYmt-CQILfHgLkzxrCv-i6E_7VfpE4w7","y":"ANZZCr0Ix1u6Dd-8zUtstkTTmFN7ZAHJGSnZcehT6I)"
    R"(_Kh26d3rOUY0lEiS3YRUPKjansveat20AV7rLxNJsl7RPm","kid":"p"},)"
    R"({"kty":"OKP","crv":"Ed25519","x":"hEKWO05agMlR4xaBLS4wUEPVUuh3UTnMx_TEk-haC6c","kid")"
    R"(:"o","key_ops":["verify"]})"
    "]}";
const std::string secret(64, 's');
constexpr std::int64_t now_seconds = 1'800'000'000;
constexpr sidestream::TokenTime now{std::chrono::seconds(now_seconds)};
constexpr std::int64_t leeway_seconds = 30;

std::vector<sidestream::IssuerSettings> issuers() {
  sidestream::IssuerSettings by_keys;
  by_keys.issuer = "https://id.example.com/";
  by_keys.audiences = {"sidestream"};
  by_keys.keys_url = "https://id.example.com/jwks.json";
  sidestream::IssuerSettings by_secret = by_keys;
  by_secret.issuer = "secret";
  by_secret.keys_url.clear();
  by_secret.secret = secret;
  return {by_keys, by_secret};
}

sidestream::TrustedKeys trusted_keys() {
  auto set = sidestream::KeySet::parse(key_set);
  require(set && set->keys().size() == 4, "the keys of the corpus are usable");
  return {std::make_shared<const sidestream::KeySet>(std::move(*set)),
          *sidestream::configured_keys(issuers()[1])};
}

void check_base64url(std::string_view text) {
  const auto bytes = sidestream::decode_base64url(text);
  if (!bytes) return;
  require(sidestream::test::encode_base64url(*bytes) == text, "one spelling", text);
}

void check_parts(std::string_view token) {
  const auto jws = sidestream::parse_jws(token);
  if (!jws) return;
  require(token.size() <= sidestream::token_size_max, "at most 8 KiB", token);
  const std::string signature = sidestream::test::encode_base64url(jws->signature);
  require(std::string(jws->signed_text) + "." + signature == token, "its parts are all", token);
  require(jws->signed_text.ends_with("." + sidestream::test::encode_base64url(jws->payload)),
          "the payload is signed", token);
}

void check_verified(const TokenCheck& check, std::string_view token) {
  const auto& verified = *check.token;
  require(verified.issuer < 2, "a configured issuer", token);
  const auto iss = verified.claims.text("iss");
  require(iss == issuers()[verified.issuer].issuer, "the issuer's own keys", token);
  require(verified.exp.time_since_epoch().count() > now_seconds - leeway_seconds, "not expired",
          token);
  require(!verified.iat || verified.iat->time_since_epoch().count() <= now_seconds + leeway_seconds,
          "not from the future", token);
  const auto audiences = verified.claims.values("aud");
  require(std::find(audiences.begin(), audiences.end(), "sidestream") != audiences.end(),
          "for this audience", token);
}

bool same(const TokenCheck& a, const TokenCheck& b) {
  return a.kind == b.kind && (a.kind != Kind::fault || a.fault == b.fault);
}

void check_token(const std::string& token) {
  static const auto keys = trusted_keys();
  sidestream::TokenVerifier verifier(issuers());
  const TokenCheck first = verifier.verify(token, keys, now);
  const TokenCheck second = verifier.verify(token, keys, now);
  require(same(first, second), "the same verdict again", token);
  require(verifier.cache().size() == (first.kind == Kind::verified ? 1U : 0U),
          "only verified tokens are kept", token);
  const TokenCheck without = verifier.verify(token, {nullptr, nullptr}, now);
  require(without.kind != Kind::verified, "nothing is verified without keys", token);
  if (first.kind != Kind::verified) return;
  require(second.cached && second.token == first.token, "a look-up", token);
  check_verified(first, token);
  for (const std::size_t at : {std::size_t{0}, token.size() / 2, token.size() - 1}) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed == token) continue;
    require(verifier.verify(changed, keys, now).kind != Kind::verified, "no byte can change",
            changed);
  }
}

}  // namespace

// The first byte: a payload that is signed, a header, or a whole token.
void check_tokens(Input input) {
  const unsigned kind = input.byte();
  const std::string rest(input.rest());
  check_base64url(rest);
  check_parts(rest);
  if (kind == 's') {
    check_token(sidestream::test::secret_token("HS256", secret, rest));
  } else if (kind == 'h') {
    const std::string text = sidestream::test::signed_text(rest, R"({"iss":"secret"})");
    check_parts(text + ".AAAA");
    check_token(text + ".AAAA");
  } else {
    check_token(rest);
  }
}

}  // namespace fuzz
