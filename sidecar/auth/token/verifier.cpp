#include "sidecar/auth/token/verifier.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {
namespace {

using Kind = TokenCheck::Kind;

TokenCheck refuse(TokenFault fault) {
  TokenCheck check;
  check.fault = fault;
  return check;
}

TokenCheck not_yet(Kind kind, std::size_t issuer) {
  TokenCheck check;
  check.kind = kind;
  check.fault = TokenFault::key;
  check.issuer = issuer;
  return check;
}

TokenCheck accept(std::shared_ptr<const VerifiedToken> token, bool cached) {
  TokenCheck check;
  check.kind = Kind::verified;
  check.token = std::move(token);
  check.cached = cached;
  return check;
}

bool has_common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

// The fault of the times, if there is one.
std::optional<TokenFault> check_times(const RegisteredClaims& claims,
                                      std::chrono::milliseconds leeway, TokenTime now) {
  if (!claims.exp) return TokenFault::no_expiry;
  if (now >= *claims.exp + leeway) return TokenFault::expired;
  if (claims.nbf && *claims.nbf > now + leeway) return TokenFault::not_yet_valid;
  if (claims.iat && *claims.iat > now + leeway) return TokenFault::not_yet_valid;
  return std::nullopt;
}

}  // namespace

TokenVerifier::TokenVerifier(const std::vector<IssuerSettings>& issuers) {
  for (const auto& from : issuers) {
    Issuer issuer{from.issuer, from.audiences,       {},
                  from.leeway, !from.secret.empty(), !from.keys_url.empty()};
    for (const auto& name : from.algorithms) {
      if (const auto algorithm = parse_algorithm(name)) issuer.algorithms.push_back(*algorithm);
    }
    issuers_.push_back(std::move(issuer));
  }
}

// Algorithms of secrets never go with public keys, whatever is configured.
bool TokenVerifier::Issuer::allows(TokenAlgorithm algorithm) const {
  if (is_symmetric(algorithm) != has_secret) return false;
  return algorithms.empty() ||
         std::find(algorithms.begin(), algorithms.end(), algorithm) != algorithms.end();
}

TokenCheck TokenVerifier::verify(std::string_view token, const TrustedKeys& keys, TokenTime now) {
  assert(keys.size() == issuers_.size());
  if (token.size() > token_size_max) return refuse(TokenFault::malformed);
  const Sha256 digest = sha256(token);
  if (auto known = cache_.find(digest, now)) {
    const auto& set = keys[known->issuer];
    if (set && set->contains(known->key_id)) return accept(std::move(known), true);
    cache_.remove(digest);  // its key has left
  }
  TokenCheck check = verify_new(token, keys, now);
  if (check.kind == Kind::verified) cache_.put(digest, check.token);
  return check;
}

TokenCheck TokenVerifier::verify_new(std::string_view token, const TrustedKeys& keys,
                                     TokenTime now) const {
  auto jws = parse_jws(token);
  if (!jws) return refuse(jws.error());
  const auto registered = parse_registered_claims(jws->payload);
  auto claims = Claims::parse(std::move(jws->payload));
  if (!registered || !claims) return refuse(TokenFault::malformed);
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& one) {
    return registered->iss && one.iss == *registered->iss;
  });
  if (issuer == issuers_.end()) return refuse(TokenFault::issuer);
  if (!issuer->allows(jws->algorithm)) return refuse(TokenFault::algorithm);

  const auto index = static_cast<std::size_t>(issuer - issuers_.begin());
  if (!keys[index]) return not_yet(Kind::no_keys, index);
  const Keyed keyed = find_key(*jws, *issuer, *keys[index]);
  if (keyed.kind == Kind::unknown_kid) return not_yet(keyed.kind, index);
  if (keyed.kind == Kind::fault) return refuse(keyed.fault);

  if (!has_common(registered->aud, issuer->audiences)) return refuse(TokenFault::audience);
  if (const auto fault = check_times(*registered, issuer->leeway, now)) return refuse(*fault);
  VerifiedToken verified{std::move(*claims),
                         index,
                         keyed.key->id(),
                         *registered->exp,
                         registered->iat,
                         registered->stream_exp,
                         *registered->exp + issuer->leeway};
  return accept(std::make_shared<const VerifiedToken>(std::move(verified)), false);
}

TokenVerifier::Keyed TokenVerifier::find_key(const Jws& jws, const Issuer& issuer,
                                             const KeySet& keys) {
  Keyed found;
  bool known_kid = false, tried = false;
  for (const TokenKey& key : keys.keys()) {
    if (!key.fits_kid(jws.kid)) continue;
    known_kid = true;
    if (!key.fits(jws.algorithm)) continue;
    tried = true;
    if (!key.verify(jws.algorithm, jws.signed_text, jws.signature)) continue;
    found.kind = Kind::verified;
    found.key = &key;
    return found;
  }
  if (!known_kid && issuer.is_fetched) {
    found.kind = Kind::unknown_kid;
  } else if (tried) {
    found.fault = TokenFault::signature;
  } else if (!keys.fits(jws.algorithm)) {
    found.fault = TokenFault::algorithm;
  }
  return found;
}

}  // namespace sidestream
