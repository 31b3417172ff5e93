#include "sidecar/stream/dialect/ndjson.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace sidestream {
namespace {

std::string ndjson(std::string_view blocks) {
  std::string out;
  append_ndjson(out, blocks);
  return out;
}

TEST(Ndjson, WritesOneLineForEachEvent) {
  EXPECT_EQ(ndjson("data: a\nid: 1\n\nevent: order\ndata: {\"n\":1}\nid: 2\n\n"),
            "{\"id\":\"1\",\"event\":\"message\",\"data\":\"a\"}\n"
            "{\"id\":\"2\",\"event\":\"order\",\"data\":\"{\\\"n\\\":1}\"}\n");
}

TEST(Ndjson, KeepsTheLineEndsOfTheText) {
  EXPECT_EQ(ndjson("data: a\ndata: b\n\n"), "{\"event\":\"message\",\"data\":\"a\\nb\"}\n");
  EXPECT_EQ(ndjson(":breaks=br\ndata: a\ndata: b\ndata: \n\ndata: c\ndata: d\n\n"),
            "{\"event\":\"message\",\"data\":\"a\\r\\nb\\r\"}\n"
            "{\"event\":\"message\",\"data\":\"c\\nd\"}\n");
  std::string out;
  append_ndjson(out, "data: a\ndata: b\n\ndata: c\ndata: d\n\n", "r");
  EXPECT_EQ(out,
            "{\"event\":\"message\",\"data\":\"a\\rb\"}\n"
            "{\"event\":\"message\",\"data\":\"c\\nd\"}\n");
}

TEST(Ndjson, PutsRetryBesideTheData) {
  EXPECT_EQ(ndjson("event: stream-open\ndata: {}\nretry: 3000\nid: 7\n\n"),
            "{\"id\":\"7\",\"event\":\"stream-open\",\"retry\":3000,\"data\":\"{}\"}\n");
}

TEST(Ndjson, MakesEmptyLinesOfHeartbeats) {
  EXPECT_EQ(ndjson(":\n"), "\n");
  EXPECT_EQ(ndjson(":\ndata: a\n\n"), "\n{\"event\":\"message\",\"data\":\"a\"}\n");
}

TEST(Ndjson, EscapesWhatJsonNeedsEscaped) {
  const std::string data = "\" \\ \x01 \t \xC3\xA9 \xE2\x80\xA8 data: x";
  const auto line = ndjson("event: a\"b\ndata: " + data + "\n\n");
  const auto parsed = boost::json::parse(line).as_object();
  EXPECT_EQ(parsed.at("event").as_string(), "a\"b");
  EXPECT_EQ(parsed.at("data").as_string(), data);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Ndjson, LongTextsArriveWhole) {
  const std::string data(100'000, '"');
  EXPECT_EQ(boost::json::parse(ndjson("data: " + data + "\n\n")).at("data").as_string(), data);
}

TEST(Ndjson, HeadsAreReadBack) {
  const auto with_id = ndjson("event: stream-live\ndata: {}\nid: 3-4\n\n");
  EXPECT_EQ(read_ndjson_head(with_id).id, "3-4");
  EXPECT_EQ(read_ndjson_head(with_id).event, "stream-live");
  const auto without = ndjson("data: \"id\"\n\n");
  EXPECT_EQ(read_ndjson_head(without).id, "");
  EXPECT_EQ(read_ndjson_head(without).event, "message");
}

}  // namespace
}  // namespace sidestream
