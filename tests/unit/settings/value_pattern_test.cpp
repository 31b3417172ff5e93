#include "sidecar/settings/value_pattern.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using Kind = ValuePiece::Kind;

TEST(ValuePattern, HasTextParametersAndClaims) {
  const auto parsed = parse_value_pattern("a-{user}/{claims.tenant}{claims./x/0}");
  EXPECT_EQ(parsed.error, "");
  const std::vector<ValuePiece> pieces{{Kind::text, "a-"},
                                       {Kind::parameter, "user"},
                                       {Kind::text, "/"},
                                       {Kind::claim, "tenant"},
                                       {Kind::claim, "/x/0"}};
  EXPECT_EQ(parsed.value.pieces, pieces);
  EXPECT_TRUE(parsed.value.has(Kind::claim));
}

TEST(ValuePattern, TakesDoubledBracesAsBraces) {
  const auto parsed = parse_value_pattern("{{{user}}}");
  EXPECT_EQ(parsed.error, "");
  const std::vector<ValuePiece> pieces{
      {Kind::text, "{"}, {Kind::parameter, "user"}, {Kind::text, "}"}};
  EXPECT_EQ(parsed.value.pieces, pieces);
}

TEST(ValuePattern, RefusesWhatIsNoPlaceholder) {
  for (const std::string_view text : {"", "{", "}", "{}", "{a b}", "{claims.}", "a}b", "{user"})
    EXPECT_NE(parse_value_pattern(text).error, "") << text;
  EXPECT_NE(parse_value_pattern(std::string(1025, 'x')).error, "");
}

}  // namespace
}  // namespace sidestream
