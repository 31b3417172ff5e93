#include "sidecar/base/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sidestream {
namespace {

TEST(Names, AcceptsLettersDigitsUnderscoreAndDash) {
  EXPECT_TRUE(is_name("a"));
  EXPECT_TRUE(is_name("Orders_2-b"));
  EXPECT_TRUE(is_name(std::string(64, 'x')));
}

TEST(Names, RefusesOtherCharactersAndLengths) {
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name(std::string(65, 'x')));
  for (const char* text : {"a.b", "a~b", "a b", "a/b", "\xc3\xa4", "a\n"}) {
    EXPECT_FALSE(is_name(text)) << text;
  }
}

}  // namespace
}  // namespace sidestream
