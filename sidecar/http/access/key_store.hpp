#pragma once
// The keys of all issuers at run time, and the tokens that are verified with them.
//
//   const TokenVerdict verdict = co_await keys->verify(token);
//
// Thread: any, but what is marked; keys are fetched on the loop of `io`. Borrows `io` and the probe.
// Requires: is destroyed before `io` is, and while no loop waits in verify().

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/auth/token/verifier.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/fetch/awaitable.hpp"
#include "sidecar/http/access/key_fetcher.hpp"
#include "sidecar/http/access/token_verdict.hpp"

namespace sidestream {

class KeyStore {
 public:
  // Starts to fetch. `before`: the store of the configuration before a reload, or null; keys of
  // issuers that have not changed are taken over.
  KeyStore(boost::asio::io_context& io, const std::vector<IssuerSettings>& issuers,
           TokenProbe& probe, Logger log, const KeyStore* before = nullptr,
           KeyFetchLimits limits = {});
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // Looks up, verifies, and where the key is unknown waits for the fetch that is allowed now.
  // Completes on the caller's loop. Thread: an event loop.
  Awaitable<TokenVerdict> verify(std::string token);

  // In the order of the settings.
  std::vector<KeyState> states() const;

 private:
  // Ends the fetches once the last store that uses them is gone.
  struct Fetching {
    explicit Fetching(std::shared_ptr<KeyFetcher> f) : fetcher(std::move(f)) { fetcher->start(); }
    ~Fetching() { fetcher->stop(); }
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;

    std::shared_ptr<KeyFetcher> fetcher;
  };
  struct Issuer {
    std::shared_ptr<const Fetching> fetching;  // null: the keys are configured
    std::shared_ptr<const KeySet> keys;        // that are configured
    KeyState state;                            // of those
  };

  static Issuer configured_issuer(const IssuerSettings& settings);
  std::shared_ptr<const Fetching> find(const IssuerSettings& settings) const;
  TokenCheck check(std::string_view token);
  TokenVerdict decide(const TokenCheck& check, const KeyLookUp& found);

  TokenProbe& probe_;
  TokenVerifier verifier_;
  std::vector<Issuer> issuers_;
};

}  // namespace sidestream
