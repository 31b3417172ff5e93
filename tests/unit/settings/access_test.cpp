// What `access:`, rules and filters become.

#include <gtest/gtest.h>

#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

constexpr std::string_view head = R"(
access:
  tokens: [{ issuer: i, audience: [a, b], secret: "0123456789abcdef0123456789abcdef" }]
connectors: { local: { embedded: {} }, cache: { redis: { url: "redis://r" } } }
topics:
)";

TopicSettings topic(std::string_view text) {
  return load_good(std::string(head) + "  t: " + std::string(text)).topics.at(0);
}

TEST(Access, IsAbsentUnlessTheFileHasIt) {
  EXPECT_FALSE(load_good("topics: {a: {from: l}}\nconnectors: {l: {embedded: {}}}").access);
  EXPECT_TRUE(load_good(std::string(head) + "  a: {from: local, read: anyone}").access);
}

TEST(Access, RulesAreWordsARuleOrAList) {
  EXPECT_EQ(topic("{from: local, read: anyone}").read->kind, Rules::Kind::anyone);
  EXPECT_EQ(topic("{from: local, read: signed_in}").read->kind, Rules::Kind::signed_in);
  EXPECT_EQ(topic("{from: local, read: none}").read->kind, Rules::Kind::none);
  const Rules one = topic("{from: local, read: {claims: {sub: x}}}").read.value();
  ASSERT_EQ(one.rules.size(), 1u);
  EXPECT_EQ(one.rules[0].claims.at(0).claim, "sub");
  const Rules two =
      topic("{from: local, read: [{claims: {a: [x, z]}}, {peers: [10.0.0.1]}]}").read.value();
  ASSERT_EQ(two.rules.size(), 2u);
  EXPECT_EQ(two.rules[0].claims.at(0).values.size(), 2u);
  EXPECT_EQ(two.rules[1].peers.size(), 1u);
}

TEST(Access, PublishTakesRulesToo) {
  const auto rules = topic("{from: local, read: none, publish: signed_in}");
  EXPECT_EQ(rules.publish_rules->kind, Rules::Kind::signed_in);
  EXPECT_TRUE(rules.can_publish());
  EXPECT_EQ(topic("{from: local, read: none, publish: local}").publish, Publish::local);
  EXPECT_FALSE(topic("{from: local, read: none, publish: false}").can_publish());
}

TEST(Access, FieldsHaveKinds) {
  using Kind = FieldName::Kind;
  const auto fields = topic(
      "{from: cache, stream: s, read: none, only: {key: k, event: e, header.h: v, json./a/b: w}}");
  ASSERT_EQ(fields.only.size(), 4u);
  EXPECT_EQ(fields.only[0].field, (FieldName{Kind::key, ""}));
  EXPECT_EQ(fields.only[1].field, (FieldName{Kind::event, ""}));
  EXPECT_EQ(fields.only[2].field, (FieldName{Kind::header, "h"}));
  EXPECT_EQ(fields.only[3].field, (FieldName{Kind::json, "/a/b"}));
  EXPECT_EQ(fields.key_field, "key");
  EXPECT_EQ(topic("{from: cache, stream: s, read: none, key: id}").key_field, "id");
}

TEST(Access, EndHasConditionsLikeOnly) {
  const auto job = topic("{from: cache, stream: s, read: none, end: {event: [a, b], json./x: 9}}");
  ASSERT_EQ(job.end.size(), 2u);
  EXPECT_EQ(job.end[0].field, (FieldName{FieldName::Kind::event, ""}));
  EXPECT_EQ(job.end[0].values.size(), 2u);
  EXPECT_EQ(job.end[1].field, (FieldName{FieldName::Kind::json, "/x"}));
  EXPECT_EQ(job.end[1].values.at(0).pieces.at(0).text, "9");
  EXPECT_TRUE(topic("{from: local, read: none}").end.empty());
}

TEST(Access, ParameterOfThePathMayBeUsedByRulesAlone) {
  const auto inbox = topic(
      R"({path: "/u/{user}", from: local, read: {claims: {sub: "{user}"}}, only: {key: "{user}"}})");
  EXPECT_TRUE(inbox.has_parameters());
  EXPECT_FALSE(inbox.is_template());
  EXPECT_EQ(inbox.log, "t");
}

}  // namespace
}  // namespace sidestream::test
