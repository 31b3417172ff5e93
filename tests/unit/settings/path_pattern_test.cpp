#include "sidecar/settings/path_pattern.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

bool overlap(std::string_view a, std::string_view b) {
  const auto x = parse_path(a), y = parse_path(b);
  EXPECT_EQ(x.error + y.error, "");
  EXPECT_EQ(can_match_the_same(x.value, y.value), can_match_the_same(y.value, x.value));
  return can_match_the_same(x.value, y.value);
}

TEST(Path, ParsesLiteralsAndParameters) {
  const Pieces expected{{false, "chat"}, {true, "session"}, {false, "x.y"}};
  EXPECT_EQ(parse_path("/chat/{session}/x.y").value, expected);
}

TEST(Path, RefusesInvalidPaths) {
  for (const char* text : {"",    "a",    "/",     "//",    "/a/",     "/a//b",  "/.",
                           "/..", "/a?b", "/a#b",  "/a%20", "/a b",    "/{",     "/{}",
                           "/{a", "/a}",  "/{a}b", "/b{a}", "/{a}{b}", "/{a-b}", "/{a}/{a}"})
    EXPECT_NE(parse_path(text).error, "") << text;
}

TEST(Path, DetectsOverlapExactly) {
  EXPECT_TRUE(overlap("/a/b", "/a/b"));
  EXPECT_TRUE(overlap("/a/{x}", "/a/b"));
  EXPECT_TRUE(overlap("/a/{x}", "/{y}/b"));
  EXPECT_TRUE(overlap("/a/{x}", "/a/{other}"));
  EXPECT_FALSE(overlap("/a/b", "/a/c"));
  EXPECT_FALSE(overlap("/a/{x}", "/b/{x}"));
  EXPECT_FALSE(overlap("/a/{x}", "/a"));
  EXPECT_FALSE(overlap("/a/{x}", "/a/b:c")) << "no parameter has a colon";
}

TEST(LogName, ParsesPieces) {
  const Pieces expected{{false, "chat:"}, {true, "a"}, {false, ":"}, {true, "b"}};
  EXPECT_EQ(parse_log_name("chat:{a}:{b}").value, expected);
  EXPECT_EQ(parse_log_name("plain").value, (Pieces{{false, "plain"}}));
  EXPECT_EQ(parameters_of(expected), (std::vector<std::string_view>{"a", "b"}));
}

TEST(LogName, RefusesUnbalancedBraces) {
  for (const char* text : {"{", "}", "{a", "a}", "{}", "{a}}", "{{a}}", "{a b}"})
    EXPECT_NE(parse_log_name(text).error, "") << text;
}

TEST(LogName, RequiresSeparatorsBetweenParameters) {
  for (const char* text : {"{a}:{b}", "{a}/{b}/{c}", "{a}-:-{b}", "{a}", "x{a}y", "{a}é{b}"})
    EXPECT_EQ(parse_log_name(text).error, "") << text;
  for (const char* text : {"{a}{b}", "{a}-{b}", "{a}.{b}", "{a}x1~@_{b}", "{a}:{b}-{c}", "{a}{a}"})
    EXPECT_NE(parse_log_name(text).error, "") << text;
}

TEST(ParameterValue, AcceptsShortPlainValuesOnly) {
  for (const char* text : {"a", "A-Z_0.9~@", "...", "-"})
    EXPECT_TRUE(is_parameter_value(text)) << text;
  for (const char* text : {"", ".", "..", "a:b", "a/b", "a b", "é", "a%20"})
    EXPECT_FALSE(is_parameter_value(text)) << text;
  EXPECT_TRUE(is_parameter_value(std::string(128, 'x')));
  EXPECT_FALSE(is_parameter_value(std::string(129, 'x')));
}

}  // namespace
}  // namespace sidestream
