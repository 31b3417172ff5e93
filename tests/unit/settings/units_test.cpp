#include "sidecar/settings/units.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

TEST(Units, ParsesDurations) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("15s"), 15s);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("0"), 0ms);
  EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(Units, RefusesOtherDurations) {
  for (const char* text :
       {"", "s", "15", "15 s", "1.5s", "-1s", "+1s", "015s", "15S", "15sec", "1h30m"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Units, ParsesSizes) {
  EXPECT_EQ(parse_size("512B"), 512u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("16MiB"), 16u << 20);
  EXPECT_EQ(parse_size("1GiB"), 1u << 30);
  EXPECT_EQ(parse_size("2TiB"), 1ULL << 41);
  EXPECT_EQ(parse_size("0"), 0u);
}

TEST(Units, RefusesOtherSizes) {
  for (const char* text : {"", "16", "16MB", "16M", "16 MiB", "16mib", "1.5MiB", "-1B", "0x10B"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Units, ClampsValuesBeyondTheType) {
  EXPECT_EQ(parse_duration("99999999999999999999d"), std::chrono::milliseconds::max());
  EXPECT_EQ(parse_duration("9223372036854775807d"), std::chrono::milliseconds::max());
  EXPECT_EQ(parse_size("18446744073709551615TiB"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_whole_number("18446744073709551616"), std::numeric_limits<std::uint64_t>::max());
}

TEST(Units, ParsesRanges) {
  EXPECT_EQ(parse_duration_range("2s..6s"), std::pair(2000ms, 6000ms));
  EXPECT_EQ(parse_duration_range("500ms"), std::pair(500ms, 500ms));
  for (const char* text : {"2s..", "..6s", "..", "2s...6s", "2s .. 6s", "2s..4s..6s", ""})
    EXPECT_EQ(parse_duration_range(text), std::nullopt) << text;
}

TEST(Units, SuggestsTheCorrectSpelling) {
  EXPECT_EQ(mend_duration("15 sec"), "15s");
  EXPECT_EQ(mend_duration("5Minutes"), "5m");
  EXPECT_EQ(mend_duration("2000"), std::nullopt);
  EXPECT_EQ(mend_size("16MB"), "16MiB");
  EXPECT_EQ(mend_size("1048576"), "1048576B");
  EXPECT_EQ(mend_size("much"), std::nullopt);
}

TEST(Units, FormatsWithTheLargestExactUnit) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1536), "1536B");
  EXPECT_EQ(format_size(16 << 20), "16MiB");
}

}  // namespace
}  // namespace sidestream
