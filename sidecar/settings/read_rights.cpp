// Who may read and publish: `read:` and `publish:` of a topic.

#include <algorithm>

#include "sidecar/base/json_values.hpp"
#include "sidecar/settings/keys.hpp"
#include "sidecar/settings/path_pattern.hpp"
#include "sidecar/settings/read.hpp"
#include "sidecar/settings/read_fields.hpp"

namespace sidestream {
namespace {

using Kind = KnownConnector::Kind;

constexpr std::string_view no_sign_in =
    "can't hold for anybody: access: has no tokens: and no forward: section; add one";

void read_claims(const Value& value, const PatternPlace& place, Rule& rule) {
  if (value.present() && place.has_access && !place.can_sign_in) value.problem(no_sign_in);
  for (const Value::Named& named : value.named()) {
    ClaimCondition condition{named.name, {}};
    if (named.name.empty())
      named.value.problem("has an empty name; write CLAIM: VALUE, like role: admin");
    if (named.name.starts_with('/') && !parse_json_pointer(named.name))
      named.value.problem("is not a JSON Pointer; write ~0 for ~ and ~1 for /");
    read_patterns(named.value, place, condition.values);
    rule.claims.push_back(std::move(condition));
  }
}

Rule read_rule(const Value& value, const PatternPlace& place) {
  Rule rule;
  if (value.is_word()) {
    value.problem(
        "is a word in a list; a list has rules, like - claims: { role: admin }, and a word stands "
        "alone, like read: signed_in");
    return rule;
  }
  const Section section = value.section(keys::rule);
  read_claims(section["claims"], place, rule);
  read_networks(section["peers"], rule.peers);
  if (section.has("peers") && rule.peers.empty())
    section["peers"].problem("is empty; add an address or a network, like 10.0.0.0/8");
  if (!section.has("claims") && !section.has("peers"))
    value.problem("has no condition; write claims: or peers:, or one of anyone, signed_in, none");
  else if (section.has("claims") && rule.claims.empty())
    section["claims"].problem("has no condition; add a claim, like role: admin");
  return rule;
}

// Requires: the value is a map or a list.
Rules read_rule_list(const Value& value, const PatternPlace& place) {
  Rules rules{Rules::Kind::rules, {}};
  for (const Value& item : value.one_or_more()) rules.rules.push_back(read_rule(item, place));
  if (rules.rules.empty()) value.problem("is an empty list; none means nobody");
  if (!place.has_access)
    value.problem(
        "has rules, but the file has no access: section; add it, or write anyone or none");
  return rules;
}

void check_word(const Value& value, Rules::Kind kind, const PatternPlace& place) {
  if (kind != Rules::Kind::signed_in) return;
  if (!place.has_access)
    value.problem(
        "is signed_in, but the file has no access: section; add it, or write anyone or none");
  else if (!place.can_sign_in)
    value.problem(no_sign_in);
}

void read_read(const Value& value, const PatternPlace& place, TopicSettings& topic) {
  if (!value.present()) return;
  if (value.is_section() || value.is_list()) {
    topic.read = read_rule_list(value, place);
    return;
  }
  topic.read.emplace();
  value.read_choice(topic.read->kind, {{"anyone", Rules::Kind::anyone},
                                       {"signed_in", Rules::Kind::signed_in},
                                       {"none", Rules::Kind::none}});
  check_word(value, topic.read->kind, place);
}

enum class PublishWord { no, local, yes, anyone, signed_in, none };

void read_publish(const Value& value, const PatternPlace& place, TopicSettings& topic) {
  if (value.is_section() || value.is_list()) {
    topic.publish_rules = read_rule_list(value, place);
    return;
  }
  PublishWord word = PublishWord::no;
  value.read_choice(word, {{"false", PublishWord::no},
                           {"local", PublishWord::local},
                           {"true", PublishWord::yes},
                           {"anyone", PublishWord::anyone},
                           {"signed_in", PublishWord::signed_in},
                           {"none", PublishWord::none}});
  const auto rules = [&](Rules::Kind kind) {
    topic.publish_rules = Rules{kind, {}};
    check_word(value, kind, place);
  };
  switch (word) {
    case PublishWord::no:
      break;
    case PublishWord::local:
      topic.publish = Publish::local;
      break;
    case PublishWord::yes:
      topic.publish = Publish::yes;
      if (place.has_access)
        value.problem("is true; with access: it takes a rule, or anyone, signed_in, local, false");
      break;
    case PublishWord::anyone:
      return rules(Rules::Kind::anyone);
    case PublishWord::signed_in:
      return rules(Rules::Kind::signed_in);
    case PublishWord::none:
      return rules(Rules::Kind::none);
  }
}

}  // namespace

void read_rights(const Section& section, Kind kind, const std::optional<AccessSettings>& access,
                 TopicSettings& topic) {
  const bool can_sign_in = access && (!access->tokens.empty() || access->forward);
  PatternPlace place{access.has_value(), can_sign_in, true, {}};
  const Parsed<Pieces> path = parse_path(topic.path);
  for (const auto name : parameters_of(path.value)) place.parameters.emplace_back(name);
  read_read(section["read"], place, topic);
  read_publish(section["publish"], place, topic);
  // What anyone may read is sent without a look at claims.
  place.has_claims = access && topic.read && topic.read->kind != Rules::Kind::anyone;
  read_fields(section, kind, access, place, topic);
}

}  // namespace sidestream
