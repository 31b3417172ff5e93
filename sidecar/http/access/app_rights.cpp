#include "sidecar/http/access/app_rights.hpp"

#include <algorithm>

#include "sidecar/auth/rules/fill.hpp"

namespace sidestream {
namespace {

using Condition = StreamFilter::Condition;

bool fills_alike(const std::vector<FieldCondition>& only, const std::vector<Condition>& before,
                 const FillSource& source) {
  return std::ranges::equal(only, before, [&](const FieldCondition& now, const Condition& then) {
    return fill_all(now.values, source) == then.values;
  });
}

}  // namespace

Awaitable<RightsSource::Answer> AppRights::ask() {
  Answer all{Answer::Kind::held, nullptr};
  for (const Part& part : parts_) {
    const ForwardAnswerPtr answer = co_await access_->ask_again(part.question);
    if (answer->kind == ForwardAnswer::Kind::failed)
      co_return Answer{Answer::Kind::unknown, nullptr};
    if (answer->kind == ForwardAnswer::Kind::refused || !still_holds(part, *answer->person))
      co_return Answer{Answer::Kind::ended, nullptr};
    all.person = that_ends_first(all.person, answer->person);
  }
  co_return all;
}

std::chrono::milliseconds AppRights::interval() const {
  return access_->settings().forward->recheck;
}

bool AppRights::still_holds(const Part& part, const Person& person) const {
  const TopicSettings& topic = part.topic->settings;
  if (check_rules(*topic.read, {&person.claims, peer_, part.parameters}) != Verdict::allowed)
    return false;
  return fills_alike(topic.only, part.only, {&person.claims, part.parameters});
}

}  // namespace sidestream
