#include "connectors/redis/entry_id.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(EntryId, ParsesAndFormats) {
  for (const char* text :
       {"0-0", "0-1", "1526919030474-55", "1-18446744073709551615", "9223372036854775808-0",
        "18446744073709551614-18446744073709551615", "18446744073709551615-18446744073709551613"}) {
    const auto id = parse_entry_id(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(format_entry_id(*id), text);
  }
}

TEST(EntryId, HoldsGreaterIdsAsTheNewestOne) {
  for (const char* text :
       {"18446744073709551615-18446744073709551614", "18446744073709551615-18446744073709551615"}) {
    EXPECT_FALSE(parse_entry_id(text)) << text;
    EXPECT_EQ(parse_entry_id_at_most(text), newest_entry_id) << text;
  }
  EXPECT_EQ(parse_entry_id_at_most("5-1"), parse_entry_id("5-1"));
  EXPECT_FALSE(parse_entry_id_at_most("18446744073709551616-0"));
  EXPECT_LT(newest_entry_id, newest_entry_id.next());
}

TEST(EntryId, OrdersByTimeThenSequence) {
  EXPECT_LT(parse_entry_id("9-0"), parse_entry_id("10-0"));
  EXPECT_LT(parse_entry_id("10-9"), parse_entry_id("10-10"));
  EXPECT_EQ(parse_entry_id("10-18446744073709551615")->next(), parse_entry_id("11-0"));
  EXPECT_LT(parse_entry_id("9223372036854775807-1"), parse_entry_id("9223372036854775808-0"));
  EXPECT_LT(Offset(), parse_entry_id("0-0"));
  EXPECT_EQ(parse_entry_id("11-0")->previous(), parse_entry_id("10-18446744073709551615"));
}

TEST(EntryId, RejectsEverythingElse) {
  for (const char* text : {"", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-b", " 1-2", "1-2 ", "+1-2",
                           "18446744073709551616-0", "1-18446744073709551616", "0x1-2"}) {
    EXPECT_FALSE(parse_entry_id(text)) << text;
  }
}

}  // namespace sidestream::redis
