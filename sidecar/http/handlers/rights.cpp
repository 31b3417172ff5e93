#include "sidecar/http/handlers/rights.hpp"

#include <utility>

#include "sidecar/http/access/access.hpp"
#include "sidecar/http/access/app_rights.hpp"
#include "sidecar/http/handlers/stream_filters.hpp"

namespace sidestream {
namespace {

const Rules anyone{Rules::Kind::anyone, {}};

bool has_claims(const TopicSettings& topic) {
  for (const FieldCondition& only : topic.only)
    for (const ValuePattern& value : only.values)
      if (value.has(ValuePiece::Kind::claim)) return true;
  return false;
}

// Without `access:` there are `anyone` and `none` only.
AccessDecision decide_without_access(const Rules& rules) {
  return rules.kind == Rules::Kind::anyone ? allow(nullptr) : refuse(forbid());
}

AccessDecision refuse_person(const Access* access, const Person* person) {
  return refuse(forbid(access && person ? access->shown(person->subject) : std::string()));
}

// `access`: null where none is configured.
void take(RightsCheck& check, AccessDecision& decision, const Access* access) {
  using Kind = AccessDecision::Kind;
  if (decision.kind == Kind::refused) check.refused = std::move(decision.response);
  if (decision.kind == Kind::undecided) check.undecided = std::move(decision.why);
  check.person = that_ends_first(check.person, decision.person);
  if (check.person) check.logged_subject = access->shown(check.person->subject);
}

// What streams keep of a person: its claims are needed no more.
PersonPtr without_claims(const Person& person) {
  Person kept = person;
  kept.claims = Claims();
  return std::make_shared<const Person>(std::move(kept));
}

}  // namespace

std::unique_ptr<StreamRights> ReadRights::stream_rights() const {
  if (!person) return nullptr;
  return std::make_unique<StreamRights>(without_claims(*person), source);
}

bool ReadRights::are_revoked() const { return person && access && access->is_revoked(*person); }

Awaitable<ReadRights> check_read(const StreamRequest& stream, const Request& request,
                                 EventLoop& loop) {
  ReadRights rights;
  rights.access = loop.config().access;
  auto source = std::make_shared<AppRights>(rights.access, request.client.peer);
  for (const StreamRequest::Part& part : stream.parts) {
    const TopicSettings& topic = part.topic->settings;
    const Rules& rules = topic.read ? *topic.read : anyone;
    AccessDecision decision = decide_without_access(rules);
    if (rights.access) {
      const AccessRequest wanted{request, rules, topic.name, part.parameters, has_claims(topic)};
      decision = co_await rights.access->decide(wanted);
    }
    auto only = fill_only(*part.topic,
                          {decision.person ? &decision.person->claims : nullptr, part.parameters});
    if (decision.kind == AccessDecision::Kind::allowed && !only)
      decision = refuse_person(rights.access.get(), decision.person.get());
    if (decision.question) source->add({decision.question, part.topic, part.parameters, *only});
    take(rights, decision, rights.access.get());
    if (!rights.allowed()) co_return rights;
    FilterConditions conditions = part.filters;
    conditions.insert(conditions.end(), only->begin(), only->end());
    rights.filters.push_back(make_filter(std::move(conditions)));
  }
  if (!source->empty()) rights.source = std::move(source);
  co_return rights;
}

Awaitable<RightsCheck> check_publish(const std::shared_ptr<Topic>& topic,
                                     const PathParameters& parameters, const Request& request,
                                     EventLoop& loop) {
  RightsCheck check;
  const auto& rules = topic->settings.publish_rules;
  if (!rules) co_return check;  // publish: true, or local, which is checked elsewhere
  const std::shared_ptr<Access> access = loop.config().access;
  AccessDecision decision = decide_without_access(*rules);
  if (access) {
    const AccessRequest wanted{request, *rules, topic->settings.name, parameters, false};
    decision = co_await access->decide(wanted);
  }
  take(check, decision, access.get());
  co_return check;
}

}  // namespace sidestream
