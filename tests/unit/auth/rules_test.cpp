#include <gtest/gtest.h>

#include "sidecar/auth/rules/check.hpp"

namespace sidestream {
namespace {

ValuePattern pattern(std::string_view text) { return parse_value_pattern(text).value; }

ClaimCondition claim(std::string name, std::vector<std::string_view> values) {
  ClaimCondition condition{std::move(name), {}};
  for (const auto value : values) condition.values.push_back(pattern(value));
  return condition;
}

Rules rules(std::vector<Rule> list) { return {Rules::Kind::rules, std::move(list)}; }

const Claims alice = Claims::parse(R"({"sub": "alice", "tenant": "t1", "groups": ["g1", "g2"],
                                       "empty": "", "level": 3})")
                         .value();
const AddressBytes near = parse_ip("10.1.2.3").value();
const AddressBytes far = parse_ip("192.0.2.1").value();
const PathParameters path{{"user", "alice"}, {"group", "g2"}};

Asker asker(const Claims* claims, const AddressBytes& peer = far) { return {claims, peer, path}; }

Verdict check(const Rule& rule, const Claims* claims = &alice, const AddressBytes& peer = far) {
  return check_rules(rules({rule}), asker(claims, peer));
}

TEST(Rules, OfWordsLookAtTheSignInAlone) {
  EXPECT_EQ(check_rules({Rules::Kind::anyone, {}}, asker(nullptr)), Verdict::allowed);
  EXPECT_EQ(check_rules({Rules::Kind::none, {}}, asker(&alice)), Verdict::forbidden);
  EXPECT_EQ(check_rules({Rules::Kind::none, {}}, asker(nullptr)), Verdict::forbidden);
  EXPECT_EQ(check_rules({Rules::Kind::signed_in, {}}, asker(&alice)), Verdict::allowed);
  EXPECT_EQ(check_rules({Rules::Kind::signed_in, {}}, asker(nullptr)), Verdict::needs_credentials);
}

TEST(Rules, HoldWhenOneValueMatches) {
  EXPECT_EQ(check({{claim("tenant", {"t0", "t1"})}, {}}), Verdict::allowed);
  EXPECT_EQ(check({{claim("tenant", {"t0"})}, {}}), Verdict::forbidden);
  EXPECT_EQ(check({{claim("groups", {"g2"})}, {}}), Verdict::allowed);
  EXPECT_EQ(check({{claim("level", {"3"})}, {}}), Verdict::allowed);
  EXPECT_EQ(check({{claim("absent", {"3"})}, {}}), Verdict::forbidden);
}

TEST(Rules, NeedAllConditions) {
  const Rule both{{claim("tenant", {"t1"}), claim("sub", {"alice"})}, {}};
  EXPECT_EQ(check(both), Verdict::allowed);
  EXPECT_EQ(check({{claim("tenant", {"t1"}), claim("sub", {"bob"})}, {}}), Verdict::forbidden);
  const Rule with_peer{{claim("tenant", {"t1"})}, {parse_network("10.0.0.0/8").value}};
  EXPECT_EQ(check(with_peer, &alice, near), Verdict::allowed);
  EXPECT_EQ(check(with_peer, &alice, far), Verdict::forbidden);
}

TEST(Rules, AreFilledFromThePathAndOtherClaims) {
  EXPECT_EQ(check({{claim("sub", {"{user}"})}, {}}), Verdict::allowed);
  EXPECT_EQ(check({{claim("groups", {"{group}"})}, {}}), Verdict::allowed);
  EXPECT_EQ(check({{claim("sub", {"{group}"})}, {}}), Verdict::forbidden);
  EXPECT_EQ(check({{claim("tenant", {"{claims.tenant}"})}, {}}), Verdict::allowed);
}

TEST(Rules, FailWhereAPlaceholderCannotBeFilled) {
  EXPECT_EQ(check({{claim("tenant", {"t1", "{claims.absent}"})}, {}}), Verdict::forbidden);
  EXPECT_EQ(check({{claim("empty", {"{claims.empty}"})}, {}}), Verdict::forbidden);
}

TEST(Rules, AskForCredentialsOnlyWhereTheyCouldHelp) {
  const Network local = parse_network("10.0.0.0/8").value;
  EXPECT_EQ(check({{}, {local}}, nullptr, far), Verdict::forbidden);
  EXPECT_EQ(check({{claim("sub", {"x"})}, {}}, nullptr), Verdict::needs_credentials);
  EXPECT_EQ(check({{claim("sub", {"x"})}, {local}}, nullptr, far), Verdict::forbidden);
  EXPECT_EQ(check({{claim("sub", {"x"})}, {local}}, nullptr, near), Verdict::needs_credentials);
}

TEST(Rules, SufficeOneOfSeveral) {
  const Network local = parse_network("10.0.0.0/8").value;
  const Rules two = rules({{{}, {local}}, {{claim("sub", {"alice"})}, {}}});
  EXPECT_EQ(check_rules(two, asker(nullptr, near)), Verdict::allowed);
  EXPECT_EQ(check_rules(two, asker(&alice, far)), Verdict::allowed);
  EXPECT_EQ(check_rules(two, asker(nullptr, far)), Verdict::needs_credentials);
}

TEST(Fill, GivesEachItemOfAListClaim) {
  const FillSource source{&alice, path};
  EXPECT_EQ(fill(pattern("{claims.groups}-{user}"), source),
            (std::vector<std::string>{"g1-alice", "g2-alice"}));
  EXPECT_EQ(fill(pattern("{claims.groups}"), {nullptr, path}), std::nullopt);
  EXPECT_EQ(fill(pattern("{other}"), source), std::nullopt);
}

TEST(Fill, EndsAtAThousandTexts) {
  std::string list = R"({"l": ["0")";
  for (int i = 1; i < 40; ++i) list += ",\"" + std::to_string(i) + '"';
  const auto claims = Claims::parse(list + "]}").value();
  EXPECT_EQ(fill(pattern("{claims.l}"), {&claims, {}})->size(), 40u);
  EXPECT_EQ(fill(pattern("{claims.l}{claims.l}"), {&claims, {}}), std::nullopt);
}

}  // namespace
}  // namespace sidestream
