#include "sidecar/stream/id/event_id.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

Position integers(std::initializer_list<std::int64_t> offsets) {
  Position position;
  for (const auto offset : offsets) position.push_back(Offset::of(offset));
  return position;
}

// Ids are a public format: all releases must read and write these spellings.
TEST(EventId, KeepsItsPublicSpellings) {
  EXPECT_EQ(format_position(OffsetFormat::integer, integers({42})), "42");
  EXPECT_EQ(format_position(OffsetFormat::integer, integers({-1})), "0.-1");
  EXPECT_EQ(format_position(OffsetFormat::integer, integers({42, 17, -1})), "0.42~1.17~2.-1");
  EXPECT_EQ(format_position(OffsetFormat::entry, {Offset::of_entry(1526919030474, 55)}),
            "1526919030474-55");
  EXPECT_EQ(format_position(OffsetFormat::entry, {Offset::of_entry(0, 0)}), "0-0");
  std::string composite;
  append_composite(composite, "orders", "0.42~1.17");
  append_composite(composite, "alerts", "1526919030474-55");
  EXPECT_EQ(composite, "orders~0.42~1.17~~alerts~1526919030474-55");
}

TEST(EventId, ReadsWhatItWrites) {
  for (const Position& position : {integers({0}), integers({-1}), integers({7, -1}),
                                   integers({1, 2, 3}), integers({9'223'372'036'854'775'806})}) {
    const auto id = format_position(OffsetFormat::integer, position);
    const auto parsed = parse_position(OffsetFormat::integer, id);
    ASSERT_TRUE(parsed.position) << id;
    EXPECT_EQ(*parsed.position, position) << id;
  }
  const auto entry = parse_position(OffsetFormat::entry, "1526919030474-18446744073709551615");
  ASSERT_TRUE(entry.position);
  EXPECT_EQ(format_position(OffsetFormat::entry, *entry.position),
            "1526919030474-18446744073709551615");
}

TEST(EventId, ReadsAPlainOffsetOfATopicThatHasGrown) {
  const auto parsed = parse_position(OffsetFormat::integer, "42");
  ASSERT_TRUE(parsed.position);
  EXPECT_EQ(*parsed.position, integers({42}));
}

TEST(EventId, RefusesIdsThatItNeverWrites) {
  for (const char* id : {"",
                         "-1",
                         "-2",
                         "abc",
                         "042",
                         "4 2",
                         "+4",
                         "0.",
                         ".5",
                         "1.5",
                         "0.4~2.5",
                         "0.4~",
                         "~0.4",
                         "0.4~0.5",
                         "9223372036854775807",
                         "9223372036854775808",
                         "0.-2",
                         "0.4~1",
                         "1e3",
                         "42\n",
                         "0x2a"}) {
    const auto parsed = parse_position(OffsetFormat::integer, id);
    EXPECT_FALSE(parsed.position) << '"' << id << '"';
    EXPECT_EQ(parsed.problem, ResetReason::garbage) << '"' << id << '"';
  }
  for (const char* id : {"", "-", "1-", "-1", "1526919030474", "1-2-3", "01-1",
                         "18446744073709551616-0", "18446744073709551615-18446744073709551615"}) {
    EXPECT_FALSE(parse_position(OffsetFormat::entry, id).position) << id;
  }
}

TEST(EventId, HasRoomForAllEntryIds) {
  for (const char* id : {"9223372036854775808-0", "18446744073709551614-18446744073709551615"}) {
    const auto parsed = parse_position(OffsetFormat::entry, id);
    ASSERT_TRUE(parsed.position) << id;
    EXPECT_EQ(format_position(OffsetFormat::entry, *parsed.position), id);
  }
}

TEST(EventId, DistinguishesAnotherTopicsIdFromGarbage) {
  EXPECT_EQ(parse_position(OffsetFormat::integer, "15-2").problem, ResetReason::other_topic);
  EXPECT_EQ(parse_position(OffsetFormat::entry, "42").problem, ResetReason::other_topic);
  EXPECT_EQ(parse_position(OffsetFormat::entry, "0.1~1.2").problem, ResetReason::other_topic);
}

TEST(EventId, SplitsACompositeByTopic) {
  const auto parts = parse_composite("orders~0.42~1.17~~alerts~15-2");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].first, "orders");
  EXPECT_EQ((*parts)[0].second, "0.42~1.17");
  EXPECT_EQ((*parts)[1].second, "15-2");
  EXPECT_FALSE(is_composite("0.42~1.17"));
  EXPECT_FALSE(is_composite("42"));
  EXPECT_FALSE(is_composite("15-2"));
}

TEST(EventId, FindsATopicsPartOfACompositeId) {
  EXPECT_EQ(id_part("orders~0.42~1.17~~alerts~15-2", "alerts"), "15-2");
  EXPECT_EQ(id_part("orders~42", "alerts"), "");
  EXPECT_EQ(id_part("42", "alerts"), "42");
}

TEST(EventId, ReadsAnIdOfTwoHundredPartitions) {
  Position position;
  for (int p = 0; p < 200; ++p) position.push_back(Offset::of(1'000'000'000LL + p));
  const auto id = format_position(OffsetFormat::integer, position);
  EXPECT_LT(id.size(), 64u * 1024);
  EXPECT_EQ(*parse_position(OffsetFormat::integer, id).position, position);
}

}  // namespace
}  // namespace sidestream
