#include "connectors/redis/stream_reply.hpp"

#include <gtest/gtest.h>

#include "connectors/redis/entry_id.hpp"
#include "tests/unit/redis/resp.hpp"

namespace sidestream::redis {
namespace {

using test::array;
using test::bulk;
using test::entry;

}  // namespace

TEST(StreamReply, DecodesDataEventKeyAndHeaders) {
  const auto reply = test::parse(array({entry(
      "1500-2",
      {{"data", "hello"}, {"trace", "t1"}, {"event", "greeting"}, {"key", "k"}, {"empty", ""}})}));
  EntryBatch batch;
  ASSERT_TRUE(batch.decode(*reply));
  ASSERT_EQ(batch.records().size(), 1u);
  const auto& record = batch.records()[0];
  EXPECT_EQ(record.offset, Offset::of_entry(1500, 2));
  EXPECT_EQ(record.timestamp, Timestamp(std::chrono::milliseconds(1500)));
  EXPECT_EQ(record.value, "hello");
  EXPECT_EQ(record.event, "greeting");
  EXPECT_EQ(record.key, "k");
  ASSERT_EQ(record.headers.size(), 2u);
  EXPECT_EQ(record.headers[0].name, "trace");
  EXPECT_EQ(record.headers[0].value, "t1");
  EXPECT_EQ(record.headers[1].value, "");
}

TEST(StreamReply, DecodesAnEntryWithoutDataAsJsonObject) {
  const auto reply =
      test::parse(array({entry("1-0", {{"temp", "21.5"}, {"who", "a \"b\""}, {"event", "reading"}}),
                         entry("2-0", {{"data", ""}})}));
  EntryBatch batch;
  ASSERT_TRUE(batch.decode(*reply));
  EXPECT_EQ(batch.records()[0].value, R"({"temp":"21.5","who":"a \"b\"","event":"reading"})");
  EXPECT_EQ(batch.records()[0].event, "reading");
  EXPECT_EQ(batch.records()[0].headers.size(), 2u);
  EXPECT_EQ(batch.records()[1].value, "") << "an empty value is a value";
  EXPECT_EQ(batch.records()[1].key, std::nullopt);
}

TEST(StreamReply, KeepsTheHeadersOfEachRecordApart) {
  std::vector<std::string> entries;
  for (int i = 0; i < 100; ++i) {
    test::Fields fields{{"data", "v"}};
    for (int h = 0; h < i % 4; ++h) fields.push_back({"h", std::to_string(i * 10 + h)});
    entries.push_back(entry(std::to_string(i + 1) + "-0", fields));
  }
  const auto reply = test::parse(array(entries));
  EntryBatch batch;
  ASSERT_TRUE(batch.decode(*reply));
  for (int i = 0; i < 100; ++i) {
    const auto headers = batch.records()[static_cast<std::size_t>(i)].headers;
    ASSERT_EQ(headers.size(), static_cast<std::size_t>(i % 4));
    for (std::size_t h = 0; h < headers.size(); ++h) {
      EXPECT_EQ(headers[h].value, std::to_string(i * 10 + static_cast<int>(h)));
    }
  }
}

TEST(StreamReply, DecodesAnEmptyList) {
  EntryBatch batch;
  EXPECT_TRUE(batch.decode(*test::parse(array({}))));
  EXPECT_TRUE(batch.records().empty());
}

TEST(StreamReply, HasNoTimeForAnIdBeyondTheYear9999) {
  EntryBatch batch;
  const auto reply = test::parse(array({entry("253402300799999-0", {{"data", "v"}}),
                                        entry("18446744073709551614-1", {{"data", "v"}})}));
  ASSERT_TRUE(batch.decode(*reply));
  EXPECT_EQ(batch.records()[0].timestamp.time_since_epoch().count(), 253402300799999);
  EXPECT_EQ(batch.records()[1].timestamp, Timestamp());
  EXPECT_EQ(format_entry_id(batch.records()[1].offset), "18446744073709551614-1");
}

TEST(StreamReply, RejectsOtherReplies) {
  EntryBatch batch;
  for (const auto& text :
       {bulk("x"), test::number(1), array({bulk("1-0")}), array({array({bulk("1-0")})}),
        array({array({bulk("one"), array({})})}), array({array({bulk("1-0"), bulk("data")})}),
        array({entry("18446744073709551615-18446744073709551615", {{"data", "v"}})})}) {
    EXPECT_FALSE(batch.decode(*test::parse(text))) << text;
  }
}

}  // namespace sidestream::redis
