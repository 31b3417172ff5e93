#include "sidecar/stream/dialect/data_lines.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sidestream {
namespace {

std::string lines_of(std::string_view text) {
  std::string lines;
  const bool only_lf = append_data_lines(lines, text);
  EXPECT_EQ(only_lf, text.find('\r') == text.npos);
  return lines;
}

// The lines as an NDJSON stream's own blocks have them.
std::string with_breaks(std::string_view text) {
  std::string out;
  const std::string lines = lines_of(text);
  if (text.find('\r') != text.npos) append_breaks(out, breaks_of(text));
  return out + lines;
}

std::string text_of(std::string_view lines) {
  DataReader reader;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    EXPECT_TRUE(reader.take(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  EXPECT_TRUE(reader.has_data());
  return reader.text();
}

TEST(DataLines, ReadersOfEventStreamsSeeLfOnly) {
  EXPECT_EQ(lines_of("a\nb"), "data: a\ndata: b\n");
  EXPECT_EQ(lines_of("a\r\nb\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n");
  EXPECT_EQ(lines_of("\r"), "data: \ndata: \n");
}

TEST(DataLines, BreaksSayHowEachLineEnds) {
  EXPECT_EQ(breaks_of("a\r\nb\nc\rd"), "bnr");
  EXPECT_EQ(breaks_of("\r"), "r");
  EXPECT_EQ(breaks_of("a"), "");
}

TEST(DataLines, ReadsBackAnyText) {
  std::mt19937 rng(7);
  const std::string_view alphabet = "\r\n\r\na:";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto left = rng() % 12; left > 0; --left) text += alphabet[rng() % alphabet.size()];
    EXPECT_EQ(text_of(with_breaks(text)), text);
  }
}

TEST(DataLines, TakesOnlyItsOwnLines) {
  DataReader reader;
  EXPECT_FALSE(reader.take("event: x"));
  EXPECT_FALSE(reader.take(":"));
  EXPECT_FALSE(reader.has_data());
  EXPECT_TRUE(reader.take("data: "));
  EXPECT_TRUE(reader.has_data());
  reader.clear();
  EXPECT_FALSE(reader.has_data());
}

}  // namespace
}  // namespace sidestream
