// Every pair of settings of the encoder and kinds of records, with the bytes that clients get.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "sidecar/stream/ingest/encoder.hpp"

namespace sidestream {
namespace {

using namespace std::string_view_literals;

// The columns of a case, with their values.
const std::vector<std::pair<std::string, std::vector<std::string>>> columns{
    {"envelope", {"off", "on"}},
    {"invalid_utf8", {"base64", "replace", "skip"}},
    {"tombstone", {"skip", "remove"}},
    {"name", {"none", "header", "own", "reserved", "binary"}},
    {"key", {"none", "text", "binary", "lookalike"}},
    {"headers", {"none", "text", "binary"}},
    {"timestamp", {"none", "stamp"}},
    {"value", {"text", "binary", "empty", "none"}},
    {"event.name", {"none", "orders"}}};

struct Case {
  std::string_view words;  // a value of each column
  std::string_view bytes;  // empty: skipped
};

const Case cases[] = {
    {"off base64 skip own text none none text orders",
     "event: made\n"
     "data: a\n"
     "data: b\n"},
    {"off base64 skip binary none text stamp binary orders",
     "event: orders\n"
     "data: eP/+\n"},
    {"off base64 remove none lookalike text none binary orders",
     "event: orders\n"
     "data: eP/+\n"},
    {"off replace skip header binary text stamp binary none",
     "event: created\n"
     "data: x��\n"},
    {"off replace skip binary lookalike none stamp empty none", "data: \n"},
    {"off replace remove reserved none none none none none",
     "event: delete\n"
     "data: \n"},
    {"off replace remove reserved text none none binary none", "data: x��\n"},
    {"off skip skip binary binary binary none empty orders",
     "event: orders\n"
     "data: \n"},
    {"on base64 skip header text text stamp empty orders",
     "event: created\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"created","key":"k1","headers":{"h":"v","type":"created"},"value":""})"
     "\n"},
    {"on base64 skip own lookalike text stamp empty orders",
     "event: made\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"made","key":"base64:YmFzZTY0Oms=","headers":{"h":"v"},"value":""})"
     "\n"},
    {"on base64 skip reserved binary text stamp empty orders",
     "event: orders\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"stream-x","key":"base64:AAAAyA==","headers":{"h":"v","type":"stream-x"},"value":""})"
     "\n"},
    {"on base64 remove none none binary none empty none",
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":null,"key":null,"headers":{"base64:aP8=":"base64:/w==","n":null},"value":""})"
     "\n"},
    {"on base64 remove header text binary stamp none orders",
     "event: delete\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"delete","key":"k1","headers":{"base64:aP8=":"base64:/w==","n":null,"type":"created"},"value":null})"
     "\n"},
    {"on base64 remove binary binary binary none none orders",
     "event: delete\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"delete","key":"base64:AAAAyA==","headers":{"base64:aP8=":"base64:/w==","n":null,"type":"base64:/w=="},"value":null})"
     "\n"},
    {"on replace skip none binary none stamp text orders",
     "event: orders\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":null,"key":"base64:AAAAyA==","headers":{},"value":"a\nb"})"
     "\n"},
    {"on replace skip own none binary stamp binary orders",
     "event: made\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"made","key":null,"headers":{"base64:aP8=":"base64:/w==","n":null},"value":"x��"})"
     "\n"},
    {"on replace remove reserved lookalike binary none text orders",
     "event: orders\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"stream-x","key":"base64:YmFzZTY0Oms=","headers":{"base64:aP8=":"base64:/w==","n":null,"type":"stream-x"},"value":"a\nb"})"
     "\n"},
    {"on replace remove binary text text none text none",
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"base64:/w==","key":"k1","headers":{"h":"v","type":"base64:/w=="},"value":"a\nb"})"
     "\n"},
    {"on skip skip header lookalike none none empty none",
     "event: created\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"created","key":"base64:YmFzZTY0Oms=","headers":{"type":"created"},"value":""})"
     "\n"},
    {"on skip skip own binary none stamp binary orders", ""},
    {"on skip skip own lookalike none none none orders", ""},
    {"on skip remove none text text stamp none none",
     "event: delete\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"delete","key":"k1","headers":{"h":"v"},"value":null})"
     "\n"},
    {"on skip remove header none text none text none",
     "event: created\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"created","key":null,"headers":{"h":"v","type":"created"},"value":"a\nb"})"
     "\n"},
    {"on skip remove own binary text stamp text none",
     "event: made\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"made","key":"base64:AAAAyA==","headers":{"h":"v"},"value":"a\nb"})"
     "\n"},
    {"on skip remove own lookalike text none none none",
     "event: delete\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":"delete","key":"base64:YmFzZTY0Oms=","headers":{"h":"v"},"value":null})"
     "\n"},
    {"on skip remove reserved lookalike none stamp none orders",
     "event: delete\n"
     R"(data: {"topic":"t","partition":0,"id":"7","timestamp":1767225600000,"event":"delete","key":"base64:YmFzZTY0Oms=","headers":{"type":"stream-x"},"value":null})"
     "\n"},
};

using Words = std::map<std::string, std::string>;

Words words_of(const Case& row) {
  std::istringstream in{std::string(row.words)};
  Words words;
  for (const auto& [column, values] : columns) in >> words[column];
  return words;
}

TopicSettings topic_of(const Words& words) {
  TopicSettings topic;
  topic.name = "t";
  topic.event_header = "type";
  topic.envelope = words.at("envelope") == "on";
  topic.invalid_utf8 = words.at("invalid_utf8") == "skip"      ? InvalidUtf8::skip
                       : words.at("invalid_utf8") == "replace" ? InvalidUtf8::replace
                                                               : InvalidUtf8::base64;
  topic.tombstone = words.at("tombstone") == "skip" ? Tombstone::skip : Tombstone::delete_event;
  if (words.at("event.name") != "none") topic.event_name = words.at("event.name");
  return topic;
}

std::vector<Header> headers_of(const Words& words) {
  std::vector<Header> headers;
  if (words.at("headers") == "text") headers = {{"h", "v"}};
  if (words.at("headers") == "binary") headers = {{"h\xff", "\xff"}, {"n", std::nullopt}};
  const std::map<std::string, std::string_view> names{
      {"header", "created"}, {"reserved", "stream-x"}, {"binary", "\xff"}};
  const auto name = names.find(words.at("name"));
  if (name != names.end()) headers.push_back({"type", name->second});
  return headers;
}

Record record_of(const Words& words, const std::vector<Header>& headers) {
  const std::map<std::string, std::string_view> keys{
      {"text", "k1"}, {"binary", "\0\0\0\xc8"sv}, {"lookalike", "base64:k"}};
  const std::map<std::string, std::string_view> values{
      {"text", "a\nb"}, {"binary", "x\xff\xfe"}, {"empty", ""}};
  Record record;
  record.offset = Offset::of(7);
  record.headers = headers;
  if (words.at("name") == "own") record.event = "made";
  if (words.at("timestamp") == "stamp")
    record.timestamp = Timestamp(std::chrono::milliseconds(1767225600000));
  if (const auto key = keys.find(words.at("key")); key != keys.end()) record.key = key->second;
  if (const auto value = values.find(words.at("value")); value != values.end())
    record.value = value->second;
  return record;
}

TEST(EncoderPairs, GiveTheExpectedBytes) {
  for (const Case& row : cases) {
    const Words words = words_of(row);
    const TopicSettings topic = topic_of(words);
    const auto headers = headers_of(words);
    TopicProbe probe;
    EncodedBatch out;
    Encoder(topic, OffsetFormat::integer, probe).encode(record_of(words, headers), out);
    ASSERT_EQ(out.items().size(), 1u);
    EXPECT_EQ(out.body(out.items()[0]), row.bytes) << row.words;
    EXPECT_EQ(out.items()[0].kind == FrameKind::skip, row.bytes.empty()) << row.words;
  }
}

// Cases that send nothing show nothing of a pair, except the two settings that skip.
TEST(EncoderPairs, AreAllInTheTable) {
  using Pair = std::set<std::pair<std::string, std::string>>;
  std::set<Pair> seen, skipped;
  for (const Case& row : cases) {
    const Words words = words_of(row);
    for (const auto& one : words)
      for (const auto& other : words)
        if (one.first < other.first) (row.bytes.empty() ? skipped : seen).insert({one, other});
  }
  const std::set<Pair> skipping{{{"tombstone", "skip"}, {"value", "none"}},
                                {{"invalid_utf8", "skip"}, {"value", "binary"}}};
  for (const Pair& pair : skipping) EXPECT_TRUE(skipped.contains(pair));
  for (const auto& [one, values] : columns)
    for (const auto& [other, others] : columns)
      for (const auto& value : values)
        for (const auto& its : others) {
          const Pair pair{{one, value}, {other, its}};
          if (one < other && !skipping.contains(pair)) {
            EXPECT_TRUE(seen.contains(pair)) << one << ' ' << value << ", " << other << ' ' << its;
          }
        }
}

}  // namespace
}  // namespace sidestream
