#pragma once
// Decides about requests: finds the credential, verifies the token or asks the app, looks at
// revocations, and checks the topic's rules. One for each `access:` that was loaded.
//
// Thread: decide() and ask_again() on any event loop; the rest any.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/auth/revocation/revocation_table.hpp"
#include "sidecar/auth/rules/check.hpp"
#include "sidecar/auth/subject_hash.hpp"
#include "sidecar/http/access/access_thread.hpp"
#include "sidecar/http/access/credentials.hpp"
#include "sidecar/http/access/decision.hpp"
#include "sidecar/http/access/forward_check.hpp"
#include "sidecar/http/access/key_store.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/metrics/access_probe.hpp"

namespace sidestream {

// What a request wants.
struct AccessRequest {
  const Request& request;
  const Rules& rules;
  const std::string& topic;
  const PathParameters& parameters;
  bool needs_claims = false;  // to fill the topic's `only:`
};

class Access {
 public:
  // Borrows the thread, the probes and the hash. `revocations`: null where none are configured.
  // `before`: the one of the configuration before a reload, whose keys are taken over; or null.
  Access(AccessSettings settings, AccessThread& thread,
         std::shared_ptr<const RevocationTable> revocations, TokenProbe& tokens, AccessProbe& probe,
         const SubjectHash& subject_hash, Logger log, const Access* before = nullptr);

  const AccessSettings& settings() const { return *settings_; }
  // Null: no tokens are configured.
  const KeyStore* keys() const { return keys_.get(); }
  // The request headers that credentials come in, without cookies.
  std::vector<std::string> credential_headers() const;
  // As log lines may show it.
  std::string shown(const std::string& subject) const;
  bool is_revoked(const Person& person) const { return revocations_ && revocations_->ends(person); }

  Awaitable<AccessDecision> decide(AccessRequest wanted);

  // Asks the app again about somebody whom it has named. The answer may be half as old as `recheck`.
  Awaitable<ForwardAnswerPtr> ask_again(ForwardQuestionPtr question);

 private:
  Awaitable<AccessDecision> identify(const AccessRequest& wanted);
  Awaitable<AccessDecision> by_token(Credential credential);
  Awaitable<AccessDecision> by_app(const AccessRequest& wanted);
  AccessDecision take_token(const VerifiedToken& token, bool ticket) const;
  AccessDecision answer(Verdict verdict, AccessDecision identified) const;
  AccessDecision admit(PersonPtr person, ForwardQuestionPtr question) const;

  const std::shared_ptr<const AccessSettings> settings_;
  const std::shared_ptr<KeyStore> keys_;         // null: no tokens are configured
  const std::shared_ptr<ForwardCheck> forward_;  // null: no app is asked
  const std::shared_ptr<const RevocationTable> revocations_;
  AccessProbe& probe_;
  const SubjectHash& subject_hash_;
};

}  // namespace sidestream
