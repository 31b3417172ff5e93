#include "connectors/redis/stream_info.hpp"

#include <gtest/gtest.h>

#include "connectors/redis/entry_id.hpp"
#include "tests/unit/redis/resp.hpp"

namespace sidestream::redis {
namespace {

StreamInfo decoded(const test::Info& info) {
  return decode_info(*test::parse(test::info(info))).value();
}
Offset id(const char* text) { return parse_entry_id(text).value(); }

// Four entries 10-0 .. 40-0.
const test::Info untrimmed{4, "40-0", "0-0", 4, "10-0", "40-0"};
// The same after XTRIM MAXLEN 2.
const test::Info trimmed{2, "40-0", "0-0", 4, "30-0", "40-0"};
// And after XTRIM MAXLEN 0.
const test::Info emptied{0, "40-0", "0-0", 4, {}, {}};

}  // namespace

TEST(StreamInfo, DecodesTheFieldsInUse) {
  const auto info = decoded({2, "40-0", "20-0", 4, "30-0", "40-0"});
  EXPECT_TRUE(info.exists);
  EXPECT_EQ(info.length, 2u);
  EXPECT_EQ(info.last_generated, id("40-0"));
  EXPECT_EQ(info.max_deleted, id("20-0"));
  EXPECT_EQ(info.added, 4u);
  EXPECT_EQ(info.first, id("30-0"));
  EXPECT_EQ(info.last, id("40-0"));
  EXPECT_GT(info.bytes, 0u);
}

TEST(StreamInfo, DecodesTheReplyOfTheScript) {
  const auto reply = test::parse(test::array(
      {test::bulk("length"), test::number(2), test::bulk("last-generated-id"), test::bulk("40-0"),
       test::bulk("max-deleted-entry-id"), test::bulk("0-0"), test::bulk("entries-added"),
       test::number(4), test::bulk("first-entry"), test::bulk("30-0"), test::bulk("last-entry"),
       test::bulk("40-0"), test::bulk("entry-bytes"), test::number(77)}));
  const auto info = decode_info(*reply).value();
  EXPECT_EQ(info.first, id("30-0"));
  EXPECT_EQ(info.last, id("40-0"));
  EXPECT_EQ(info.bytes, 77u);
}

TEST(StreamInfo, NoticesIdsThatCannotBeRead) {
  const char* const greatest = "18446744073709551615-18446744073709551615";
  EXPECT_TRUE(decoded({2, greatest, "0-0", 2, "10-0", greatest}).ends_beyond());
  EXPECT_FALSE(decoded(untrimmed).ends_beyond());
}

TEST(StreamInfo, DecodesAMissingStreamAsEmpty) {
  const auto info = decode_info(*test::parse(test::error("ERR no such key"))).value();
  EXPECT_FALSE(info.exists);
  const auto extent = extent_of(info).partitions.at(0);
  EXPECT_EQ(extent.floor, Offset{0});
  EXPECT_EQ(extent.first, Offset{1});
  EXPECT_EQ(extent.last, Offset{0});
}

TEST(StreamInfo, RejectsOtherErrorsAndReplies) {
  EXPECT_FALSE(decode_info(*test::parse(test::error("WRONGTYPE Operation"))));
  EXPECT_FALSE(decode_info(*test::parse(test::number(1))));
  EXPECT_FALSE(decode_info(
      *test::parse(test::array({test::bulk("last-generated-id"), test::bulk("soon")}))));
}

TEST(StreamInfo, HasFloorZeroWhenUntrimmed) {
  const auto info = decoded(untrimmed);
  const auto log = extent_of(info);
  EXPECT_FALSE(log.dense);
  EXPECT_EQ(log.partitions.at(0).floor, Offset{0});
  EXPECT_EQ(log.partitions.at(0).first, id("10-0"));
  EXPECT_EQ(log.partitions.at(0).last, id("40-0"));
}

TEST(StreamInfo, RecognizesAPositionOfAnOlderGeneration) {
  const auto info = decoded(untrimmed);
  EXPECT_TRUE(of_older_generation(info, id("9-0")));
  EXPECT_FALSE(of_older_generation(info, Offset{0})) << "every generation has the beginning";
  EXPECT_FALSE(of_older_generation(info, id("10-0")));
  EXPECT_FALSE(of_older_generation(decoded(trimmed), id("9-0"))) << "it may have been trimmed";
  EXPECT_EQ(extent_of(info).origin, id("10-0"));
  EXPECT_EQ(extent_of(decoded(trimmed)).origin, Offset{-1});
}

TEST(StreamInfo, HasFloorBelowTheFirstEntryWhenTrimmed) {
  const auto extent = extent_of(decoded(trimmed)).partitions.at(0);
  EXPECT_EQ(extent.floor, id("30-0").previous());
  EXPECT_EQ(extent.first, id("30-0"));
}

TEST(StreamInfo, KeepsTheEndWhenEmptied) {
  const auto extent = extent_of(decoded(emptied)).partitions.at(0);
  EXPECT_EQ(extent.floor, id("40-0"));
  EXPECT_EQ(extent.first, id("40-0").next());
  EXPECT_EQ(extent.last, id("40-0"));
}

TEST(StreamInfo, AssumesTrimmingWithoutEntriesAdded) {
  const auto reply = test::parse(test::array(
      {test::bulk("length"), test::number(1), test::bulk("last-generated-id"), test::bulk("5-0"),
       test::bulk("first-entry"), test::entry("5-0", {{"data", "v"}}), test::bulk("last-entry"),
       test::entry("5-0", {{"data", "v"}})}));
  const auto info = decode_info(*reply).value();
  EXPECT_FALSE(info.untrimmed());
  EXPECT_EQ(floor_of(info), id("5-0").previous());
}

}  // namespace sidestream::redis
