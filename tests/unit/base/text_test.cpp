// The small helpers for texts: blanks and hexadecimal digits.

#include <gtest/gtest.h>

#include "sidecar/base/blanks.hpp"
#include "sidecar/base/hex.hpp"

namespace sidestream {
namespace {

TEST(TrimBlanks, RemovesSpacesAndTabsAtTheEndsOnly) {
  EXPECT_EQ(trim_blanks(" \ta\t b "), "a\t b");
  EXPECT_EQ(trim_blanks("a\r\n"), "a\r\n");
  EXPECT_EQ(trim_blanks(" \t "), "");
  EXPECT_EQ(trim_blanks(""), "");
}

TEST(Hex, HasLeadingZerosAndLowerCase) {
  EXPECT_EQ(in_hex(0), "0000000000000000");
  EXPECT_EQ(in_hex(0x0123456789ABCDEF), "0123456789abcdef");
  std::string text = "\\x";
  append_hex(text, std::uint8_t{0x0F});
  EXPECT_EQ(text, "\\x0f");
}

}  // namespace
}  // namespace sidestream
