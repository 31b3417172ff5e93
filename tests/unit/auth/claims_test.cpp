#include "sidecar/auth/claims.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using Texts = std::vector<std::string>;

Texts values(std::string json, std::string_view claim) {
  return Claims::parse(std::move(json)).value().values(claim);
}

TEST(Claims, AreAnObject) {
  EXPECT_TRUE(Claims::parse("{}"));
  for (const char* text : {"", "[]", "1", "{", "{} x"}) EXPECT_FALSE(Claims::parse(text)) << text;
}

TEST(Claims, HaveTheJsonTextOfNumbersAndBooleans) {
  EXPECT_EQ(values(R"({"a": 12.50})", "a"), Texts{"12.50"});
  EXPECT_EQ(values(R"({"a": true})", "a"), Texts{"true"});
}

TEST(Claims, ThatAreAbsentNullOrEmptyHaveNoValue) {
  for (const char* text : {R"({})", R"({"a": null})", R"({"a": ""})", R"({"a": []})",
                           R"({"a": [""]})", R"({"a": {"b": "c"}})"})
    EXPECT_EQ(values(text, "a"), Texts()) << text;
}

TEST(Claims, OfAListAreItsItems) {
  EXPECT_EQ(values(R"({"a": ["x y", 1, null, ["z"]]})", "a"), (Texts{"x y", "1"}));
}

TEST(Claims, OfAPointerLieDeeper) {
  const std::string json =
      R"({"realm_access": {"roles": ["admin"]}, "/x": "flat", "a.b/c": "name"})";
  EXPECT_EQ(values(json, "/realm_access/roles"), Texts{"admin"});
  EXPECT_EQ(values(json, "/realm_access/roles/0"), Texts{"admin"});
  EXPECT_EQ(values(json, "a.b/c"), Texts{"name"});
  EXPECT_EQ(values(json, "/x"), Texts());
  EXPECT_EQ(values(json, "/~1x"), Texts{"flat"});
}

TEST(Claims, OfScopesAreTheirWords) {
  EXPECT_EQ(values(R"({"scope": "audit:read  admin"})", "scope"),
            (Texts{"audit:read", "admin", "audit:read  admin"}));
  EXPECT_EQ(values(R"({"scp": ["a b", "c"]})", "scp"), (Texts{"a", "b", "c", "a b"}));
  EXPECT_EQ(values(R"({"role": "a b"})", "role"), Texts{"a b"});
}

TEST(Claims, HaveATextWhereTheyAreOneValue) {
  const auto claims = Claims::parse(R"({"sub": "alice", "n": 7, "l": ["x"], "e": ""})").value();
  EXPECT_EQ(claims.text("sub"), "alice");
  EXPECT_EQ(claims.text("n"), "7");
  EXPECT_EQ(claims.text("l"), std::nullopt);
  EXPECT_EQ(claims.text("e"), std::nullopt);
  EXPECT_EQ(claims.text("none"), std::nullopt);
}

}  // namespace
}  // namespace sidestream
