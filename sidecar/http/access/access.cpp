#include "sidecar/http/access/access.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sidestream {
namespace {

using Kind = AccessDecision::Kind;

std::chrono::sys_time<std::chrono::milliseconds> now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

AccessResult result_of(const AccessDecision& decision) {
  if (decision.kind == Kind::allowed) return AccessResult::allowed;
  if (decision.kind == Kind::undecided) return AccessResult::undecided;
  return decision.response.status == 403 ? AccessResult::forbidden : AccessResult::unauthorized;
}

Verdict check(const AccessRequest& wanted, const Person* person) {
  return check_rules(wanted.rules, {person ? &person->claims : nullptr, wanted.request.client.peer,
                                    wanted.parameters});
}

bool has_ended(const ForwardAnswer& answer) {
  return answer.person && answer.person->ends_at && *answer.person->ends_at <= now();
}

}  // namespace

Access::Access(AccessSettings settings, AccessThread& thread,
               std::shared_ptr<const RevocationTable> revocations, TokenProbe& tokens,
               AccessProbe& probe, const SubjectHash& subject_hash, Logger log,
               const Access* before)
    : settings_(std::make_shared<const AccessSettings>(std::move(settings))),
      keys_(settings_->tokens.empty()
                ? nullptr
                : std::make_shared<KeyStore>(thread.io(), settings_->tokens, tokens, log,
                                             before ? before->keys() : nullptr)),
      forward_(settings_->forward
                   ? std::make_shared<ForwardCheck>(thread.io(), settings_, probe, log)
                   : nullptr),
      revocations_(std::move(revocations)),
      probe_(probe),
      subject_hash_(subject_hash) {}

std::vector<std::string> Access::credential_headers() const {
  std::vector<std::string> names;
  for (const TokenSource& source : settings_->token_from)
    if (source.kind == TokenSource::Kind::header) names.push_back(source.name);
  if (settings_->forward)
    std::ranges::copy_if(settings_->forward->pass, std::back_inserter(names),
                         [](const std::string& name) { return name != "cookie"; });
  return names;
}

std::string Access::shown(const std::string& subject) const {
  if (settings_->log_subject == LogSubject::none || subject.empty()) return {};
  if (settings_->log_subject == LogSubject::full) return subject;
  return subject_hash_.of(subject);
}

AccessDecision Access::answer(Verdict verdict, AccessDecision identified) const {
  if (verdict == Verdict::allowed) return identified;
  if (verdict == Verdict::needs_credentials) return refuse(ask_for_credentials());
  return refuse(forbid(identified.person ? shown(identified.person->subject) : std::string()));
}

Awaitable<AccessDecision> Access::decide(AccessRequest wanted) {
  // Nobody looks at credentials where they don't matter.
  if (!asks_for_claims(wanted.rules) && !wanted.needs_claims) {
    AccessDecision decision = answer(check(wanted, nullptr), allow(nullptr));
    probe_.decided(result_of(decision));
    co_return decision;
  }
  AccessDecision decision = co_await identify(wanted);
  if (decision.kind == Kind::allowed) {
    const Verdict verdict = check(wanted, decision.person.get());
    decision = answer(verdict, std::move(decision));
  }
  probe_.decided(result_of(decision));
  co_return decision;
}

// Who asks: allowed with the person, or with nobody; or refused or undecided.
Awaitable<AccessDecision> Access::identify(const AccessRequest& wanted) {
  Credential credential = find_credential(wanted.request, settings_->token_from);
  if (credential.kind == Credential::Kind::ambiguous)
    co_return refuse(Response::error(400, "two different tokens in one place"));
  // A URL ends up in logs: a ticket must not write.
  if (credential.ticket && !wanted.request.reads())
    co_return refuse(refuse_token("ticket_reads_only"));
  if (credential.kind == Credential::Kind::token && keys_)
    co_return co_await by_token(std::move(credential));
  const bool suffices = !wanted.needs_claims && check(wanted, nullptr) == Verdict::allowed;
  if (!forward_ || suffices) co_return allow(nullptr);
  co_return co_await by_app(wanted);
}

Awaitable<AccessDecision> Access::by_token(Credential credential) {
  const TokenVerdict verdict = co_await keys_->verify(std::move(credential.token));
  if (verdict.kind == TokenVerdict::Kind::undecided)
    co_return no_decision("the keys of the issuer are not known yet");
  if (verdict.kind == TokenVerdict::Kind::fault)
    co_return refuse(refuse_token(name_of(verdict.fault)));
  co_return take_token(*verdict.token, credential.ticket);
}

AccessDecision Access::take_token(const VerifiedToken& token, bool ticket) const {
  Person person = make_person(token.claims, settings_->subject);
  person.issued_at = token.iat;
  person.expires_at = token.exp;
  person.ends_at = std::chrono::ceil<std::chrono::milliseconds>(token.holds_until);
  if (ticket) {
    if (!token.iat || token.exp - *token.iat > settings_->ticket_lifetime)
      return refuse(refuse_token("ticket_lifetime"));
    person.ends_at =
        token.stream_exp ? TokenTime(*token.stream_exp) : now() + settings_->stream_lifetime;
    person.expires_at = std::chrono::floor<std::chrono::seconds>(*person.ends_at);
  }
  return admit(std::make_shared<const Person>(std::move(person)), nullptr);
}

Awaitable<AccessDecision> Access::by_app(const AccessRequest& wanted) {
  ForwardQuestionPtr question =
      make_question(wanted.request, wanted.topic, wanted.parameters, *settings_);
  ForwardAnswerPtr answer = co_await forward_->ask(question, settings_->forward->cache);
  // The session may have been renewed since a kept answer was given.
  const bool is_over = has_ended(*answer) || (answer->person && is_revoked(*answer->person));
  if (is_over) answer = co_await forward_->ask(question, std::chrono::milliseconds(0));
  if (answer->kind == ForwardAnswer::Kind::failed) co_return no_decision(answer->failure);
  if (answer->kind == ForwardAnswer::Kind::refused) co_return refuse(answer->response);
  if (has_ended(*answer)) co_return refuse(refuse_token("expired"));
  co_return admit(answer->person, std::move(question));
}

AccessDecision Access::admit(PersonPtr person, ForwardQuestionPtr question) const {
  if (revocations_ && !revocations_->is_complete())
    return no_decision("the log of revocations is not read yet");
  if (is_revoked(*person)) return refuse(refuse_token("revoked"));
  return allow(std::move(person), std::move(question));
}

Awaitable<ForwardAnswerPtr> Access::ask_again(ForwardQuestionPtr question) {
  co_return co_await forward_->ask(std::move(question), settings_->forward->recheck / 2);
}

}  // namespace sidestream
