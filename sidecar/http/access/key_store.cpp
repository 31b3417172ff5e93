#include "sidecar/http/access/key_store.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using Kind = TokenCheck::Kind;

TokenTime token_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Whole seconds from now, between 1 and the time between two look-ups.
std::chrono::seconds seconds_until(KeyRefresh::Time time) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(time - KeyRefresh::Clock::now());
  return std::clamp(left, std::chrono::seconds(1), KeyRefresh::between_look_ups);
}

}  // namespace

KeyStore::KeyStore(boost::asio::io_context& io, const std::vector<IssuerSettings>& issuers,
                   TokenProbe& probe, Logger log, const KeyStore* before, KeyFetchLimits limits)
    : probe_(probe), verifier_(issuers) {
  for (const auto& settings : issuers) {
    if (settings.keys_url.empty()) {
      issuers_.push_back(configured_issuer(settings));
      continue;
    }
    Issuer issuer;
    if (before != nullptr) issuer.fetching = before->find(settings);
    if (!issuer.fetching) {
      auto fetcher = std::make_shared<KeyFetcher>(io, settings, limits, log);
      issuer.fetching = std::make_shared<const Fetching>(std::move(fetcher));
    }
    issuers_.push_back(std::move(issuer));
  }
}

KeyStore::Issuer KeyStore::configured_issuer(const IssuerSettings& settings) {
  Issuer issuer;
  issuer.state.issuer = settings.issuer;
  issuer.state.fetched = false;
  issuer.state.loaded_ms = unix_now_ms();
  const auto keys = configured_keys(settings);
  if (keys) {
    issuer.keys = *keys;
    issuer.state.keys = issuer.keys->keys().size();
  } else {  // a configuration that was not checked: its tokens stay undecided
    issuer.state.failing_since_ms = issuer.state.loaded_ms;
    issuer.state.reason = keys.error().text;
  }
  return issuer;
}

std::shared_ptr<const KeyStore::Fetching> KeyStore::find(const IssuerSettings& settings) const {
  const auto found = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& issuer) {
    return issuer.fetching && issuer.fetching->fetcher->issuer() == settings;
  });
  return found == issuers_.end() ? nullptr : found->fetching;
}

TokenCheck KeyStore::check(std::string_view token) {
  TrustedKeys keys;
  keys.reserve(issuers_.size());
  for (const auto& issuer : issuers_) {
    keys.push_back(issuer.fetching ? issuer.fetching->fetcher->keys() : issuer.keys);
  }
  return verifier_.verify(token, keys, token_now());
}

Awaitable<TokenVerdict> KeyStore::verify(std::string token) {
  TokenCheck found = check(token);
  KeyLookUp look_up;
  look_up.next = KeyRefresh::Clock::now() + std::chrono::seconds(5);
  if (found.kind == Kind::unknown_kid) {
    const auto fetching = issuers_[found.issuer].fetching;
    look_up = co_await fetching->fetcher->look_up();
    found = check(token);
  }
  co_return decide(found, look_up);
}

TokenVerdict KeyStore::decide(const TokenCheck& check, const KeyLookUp& look_up) {
  TokenVerdict verdict;
  if (check.kind == Kind::verified) {
    probe_.verified(check.cached);
    verdict.kind = TokenVerdict::Kind::verified;
    verdict.token = check.token;
  } else if (check.kind == Kind::fault || (check.kind == Kind::unknown_kid && look_up.conclusive)) {
    probe_.refused(check.fault);
    verdict.kind = TokenVerdict::Kind::fault;
    verdict.fault = check.fault;
  } else {
    probe_.undecided();
    verdict.kind = TokenVerdict::Kind::undecided;
    verdict.retry_after = seconds_until(look_up.next);
  }
  return verdict;
}

std::vector<KeyState> KeyStore::states() const {
  std::vector<KeyState> states;
  for (const auto& issuer : issuers_) {
    states.push_back(issuer.fetching ? issuer.fetching->fetcher->state() : issuer.state);
  }
  return states;
}

}  // namespace sidestream
