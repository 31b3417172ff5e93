#include "sidecar/auth/rules/check.hpp"

#include <algorithm>

namespace sidestream {
namespace {

bool holds(const ClaimCondition& condition, const Asker& asker) {
  const auto wanted = fill_all(condition.values, {asker.claims, asker.parameters});
  if (!wanted) return false;
  const auto has = [&](const std::string& value) {
    return std::ranges::find(*wanted, value) != wanted->end();
  };
  return std::ranges::any_of(asker.claims->values(condition.claim), has);
}

bool peer_fits(const Rule& rule, const Asker& asker) {
  return rule.peers.empty() || std::ranges::any_of(rule.peers, [&](const Network& network) {
           return network.contains(asker.peer);
         });
}

bool holds(const Rule& rule, const Asker& asker) {
  if (!peer_fits(rule, asker)) return false;
  if (rule.claims.empty()) return true;
  if (!asker.claims) return false;
  return std::ranges::all_of(rule.claims, [&](const auto& claim) { return holds(claim, asker); });
}

Verdict check_each(const std::vector<Rule>& rules, const Asker& asker) {
  if (std::ranges::any_of(rules, [&](const Rule& rule) { return holds(rule, asker); }))
    return Verdict::allowed;
  const auto could_hold = [&](const Rule& rule) {
    return !rule.claims.empty() && peer_fits(rule, asker);
  };
  const bool missing = !asker.claims && std::ranges::any_of(rules, could_hold);
  return missing ? Verdict::needs_credentials : Verdict::forbidden;
}

}  // namespace

Verdict check_rules(const Rules& rules, const Asker& asker) {
  switch (rules.kind) {
    case Rules::Kind::anyone:
      return Verdict::allowed;
    case Rules::Kind::none:
      return Verdict::forbidden;
    case Rules::Kind::signed_in:
      return asker.claims ? Verdict::allowed : Verdict::needs_credentials;
    case Rules::Kind::rules:
      break;
  }
  return check_each(rules.rules, asker);
}

bool asks_for_claims(const Rules& rules) {
  if (rules.kind == Rules::Kind::signed_in) return true;
  return std::ranges::any_of(rules.rules, [](const Rule& rule) { return !rule.claims.empty(); });
}

}  // namespace sidestream
