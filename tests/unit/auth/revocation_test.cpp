#include <gtest/gtest.h>

#include "sidecar/auth/revocation/revocation_table.hpp"

namespace sidestream {
namespace {

constexpr std::chrono::sys_seconds at(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

std::optional<Revocation> parse(std::string_view json) { return parse_revocation(json, at(500)); }

Person person(std::string subject, std::string session = {}, std::string token = {},
              std::optional<std::int64_t> issued = 100) {
  Person made;
  made.subject = std::move(subject);
  made.session = std::move(session);
  made.token_id = std::move(token);
  if (issued) made.issued_at = at(*issued);
  return made;
}

TEST(Revocation, EndsWhatWasIssuedUpToItsTime) {
  const Revocation alice = parse(R"({"sub": "alice"})").value();
  EXPECT_TRUE(alice.ends(person("alice", "", "", 500)));
  EXPECT_FALSE(alice.ends(person("alice", "", "", 501)));
  EXPECT_TRUE(alice.ends(person("alice", "", "", std::nullopt)));
  EXPECT_FALSE(alice.ends(person("bob")));
  const Revocation earlier = parse(R"({"sub": "alice", "before": 99})").value();
  EXPECT_FALSE(earlier.ends(person("alice")));
}

TEST(Revocation, OfSeveralNamesNeedsAll) {
  const Revocation both = parse(R"({"sub": "alice", "sid": "s1"})").value();
  EXPECT_TRUE(both.ends(person("alice", "s1")));
  EXPECT_FALSE(both.ends(person("alice", "s2")));
  EXPECT_FALSE(both.ends(person("bob", "s1")));
}

TEST(Revocation, IsNoneWithoutANameOrWithABadTime) {
  for (const char* json : {"", "x", "[]", "{}", R"({"sub": ""})", R"({"sub": null})",
                           R"({"sub": ["a"]})", R"({"name": "a"})", R"({"sub": "a", "sid": ""})",
                           R"({"sub": "a", "before": "1"})", R"({"sub": "a", "before": -1})",
                           R"({"sub": "a", "before": null})", R"({"sub": "a", "before": 1e300})"})
    EXPECT_FALSE(parse(json)) << json;
  EXPECT_EQ(parse(R"({"sub": 7, "before": 12.9})")->before, at(12));
}

TEST(RevocationTable, FindsThemByEachName) {
  RevocationTable table;
  table.add(parse(R"({"sub": "alice"})").value());
  table.add(parse(R"({"sid": "s1"})").value());
  table.add(parse(R"({"jti": "t1", "sub": "carol"})").value());
  EXPECT_TRUE(table.ends(person("alice", "s9", "t9")));
  EXPECT_TRUE(table.ends(person("bob", "s1", "t9")));
  EXPECT_TRUE(table.ends(person("carol", "s9", "t1")));
  EXPECT_FALSE(table.ends(person("bob", "s9", "t1")));
  EXPECT_FALSE(table.ends(person("s1", "alice", "x")));
  EXPECT_FALSE(table.ends(person("")));
}

TEST(RevocationTable, KeepsTheLatestOfEqualNames) {
  RevocationTable table;
  table.add(parse(R"({"sub": "alice", "before": 300})").value());
  table.add(parse(R"({"sub": "alice", "before": 200})").value());
  EXPECT_EQ(table.size(), 1u);
  EXPECT_TRUE(table.ends(person("alice", "", "", 300)));
  EXPECT_FALSE(table.ends(person("alice", "", "", 301)));
}

TEST(RevocationTable, ForgetsTheOldestBeyondItsLimit) {
  RevocationTable table(2);
  EXPECT_FALSE(table.add(parse(R"({"sub": "a"})").value()));
  EXPECT_FALSE(table.add(parse(R"({"sub": "b"})").value()));
  EXPECT_TRUE(table.add(parse(R"({"sub": "c"})").value()));
  EXPECT_EQ(table.size(), 2u);
  EXPECT_FALSE(table.ends(person("a")));
  EXPECT_TRUE(table.ends(person("c")));
}

}  // namespace
}  // namespace sidestream
