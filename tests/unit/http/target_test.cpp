#include "sidecar/http/protocol/target.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(TargetTest, AcceptsPathsAndUrls) {
  EXPECT_EQ(parse_target("/a?b")->path, "/a?b");
  EXPECT_EQ(parse_target("*")->path, "*");
  EXPECT_EQ(parse_target("http://h:1/a?b")->path, "/a?b");
  EXPECT_EQ(parse_target("HTTP://h:1/a?b")->authority, "h:1");
  EXPECT_EQ(parse_target("http://h")->path, "/");
  for (const auto* text : {"", "a", "https://h/", "http://", "http:///a", "http://h?x"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(TargetTest, DecodesPathAndQuery) {
  Request request;
  ASSERT_TRUE(decode({"/a%20b/c?x=1+2%2B&z", {}}, request));
  EXPECT_EQ(request.segments, (std::vector<std::string>{"a b", "c"}));
  EXPECT_EQ(request.query, (Fields{{"x", "1 2+"}, {"z", ""}}));
}

TEST(TargetTest, KeepsAParameterWithInvalidEscapes) {
  Request request;
  ASSERT_TRUE(decode({"/a?y=%zz", {}}, request));
  EXPECT_EQ(request.query, (Fields{{"y", "%zz"}}));
}

TEST(TargetTest, RefusesAPathThatCannotBeDecoded) {
  for (const auto* text : {"*", "/%zz", "/a%"}) {
    Request request;
    EXPECT_FALSE(decode({text, {}}, request)) << text;
  }
}

}  // namespace
}  // namespace sidestream
