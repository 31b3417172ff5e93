#include "sidecar/auth/token/key_set.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <utility>

#include "sidecar/auth/token/jwk.hpp"
#include "sidecar/auth/token/pem.hpp"

namespace sidestream {
namespace {

namespace json = boost::json;

constexpr std::size_t name_size_max = 64;

// How a key is called in error texts.
std::string name_of(const json::object& jwk, std::size_t index) {
  const auto* kid = jwk.if_contains("kid");
  if (kid == nullptr || !kid->is_string()) return "key " + std::to_string(index + 1);
  return "key " + std::string(kid->get_string()).substr(0, name_size_max);
}

}  // namespace

KeyResult<KeySet> KeySet::parse(std::string_view text) {
  KeySet set;
  if (looks_like_pem(text)) {
    auto found = parse_pem(text);
    set.refused_ = std::move(found.refused);
    for (auto& key : found.keys) set.add(std::move(key), "PEM key");
  } else {
    set.parse_jwks(text);
  }
  if (!set.keys_.empty()) return set;
  return KeyError("no usable key" + (set.refused_.empty() ? "" : ": " + set.refused_.front()));
}

KeyResult<KeySet> KeySet::of_secret(std::string secret) {
  auto key = TokenKey::of_secret(std::move(secret));
  if (!key) return key.error();
  KeySet set;
  set.keys_.push_back(std::move(*key));
  return set;
}

void KeySet::parse_jwks(std::string_view text) {
  boost::system::error_code error;
  const auto parsed = json::parse(text, error);
  const auto* document = error ? nullptr : parsed.if_object();
  const auto* member = document == nullptr ? nullptr : document->if_contains("keys");
  const auto* keys = member == nullptr ? nullptr : member->if_array();
  if (keys == nullptr) {
    refused_.emplace_back("neither a JSON Web Key Set nor PEM");
    return;
  }
  for (std::size_t i = 0; i < keys->size(); ++i) {
    const auto* jwk = (*keys)[i].if_object();
    if (jwk == nullptr) {
      add(KeyError("not a JSON object"), "key " + std::to_string(i + 1));
    } else if (!is_secret(*jwk)) {
      add(parse_jwk(*jwk), name_of(*jwk, i));
    }
  }
}

void KeySet::add(KeyResult<TokenKey> key, std::string_view name) {
  if (key && keys_.size() >= keys_max) key = KeyError("more than 100 keys");
  if (key) {
    keys_.push_back(std::move(*key));
  } else if (refused_.size() < keys_max) {
    refused_.push_back(std::string(name) + ": " + key.error().text);
  }
}

bool KeySet::fits(TokenAlgorithm algorithm) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const TokenKey& key) { return key.fits(algorithm); });
}

bool KeySet::contains(std::string_view id) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const TokenKey& key) { return key.id() == id; });
}

bool KeySet::same_keys(const KeySet& other) const {
  return std::equal(keys_.begin(), keys_.end(), other.keys_.begin(), other.keys_.end(),
                    [](const TokenKey& a, const TokenKey& b) { return a.id() == b.id(); });
}

KeyResult<std::shared_ptr<const KeySet>> configured_keys(const IssuerSettings& issuer) {
  if (!issuer.keys_url.empty()) return std::shared_ptr<const KeySet>();
  auto keys =
      issuer.secret.empty() ? KeySet::parse(issuer.keys_text) : KeySet::of_secret(issuer.secret);
  if (!keys) return keys.error();
  std::string misfit = find_misfit(*keys, issuer);
  if (!misfit.empty()) return KeyError(std::move(misfit));
  return std::make_shared<const KeySet>(std::move(*keys));
}

std::string find_misfit(const KeySet& keys, const IssuerSettings& issuer) {
  if (issuer.algorithms.empty()) return {};
  std::string names;
  for (const auto& name : issuer.algorithms) {
    const auto algorithm = parse_algorithm(name);
    if (algorithm && keys.fits(*algorithm)) return {};
    names += (names.empty() ? "" : ", ") + name;
  }
  return "no key fits the algorithms (" + names + ")";
}

}  // namespace sidestream
