#include "sidecar/http/handlers/delivery.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

TEST(Delivery, NdjsonIsPreferredByAHigherQualityOnly) {
  for (const auto* accept :
       {"application/x-ndjson", "Application/X-NDJSON",
        "text/event-stream;q=0.5,application/x-ndjson", "*/*;q=0.8, application/x-ndjson",
        " application/x-ndjson ; q=0.2 , text/html",
        "application/x-ndjson;profile=\"a\";q=1.0, text/*;q=0.9",
        "*/*, text/event-stream;q=0, "
        "application/x-ndjson;q=0.1"}) {
    EXPECT_TRUE(prefers_ndjson(accept)) << accept;
  }
  for (const auto* accept :
       {"", "*/*", "text/event-stream", "application/*", "application/x-ndjson, text/event-stream",
        "application/x-ndjson, */*", "application/x-ndjson;q=0", "application/x-ndjson;q=abc",
        "application/x-ndjson;q=0.5, text/*;q=0.6", "application/json"}) {
    EXPECT_FALSE(prefers_ndjson(accept)) << accept;
  }
}

std::variant<Delivery, Response> parse(Fields query, Fields headers = {}) {
  Request request;
  request.query = std::move(query);
  request.headers = std::move(headers);
  return parse_delivery(request);
}

TEST(Delivery, QueryWinsOverAccept) {
  const Fields ndjson{{"accept", "application/x-ndjson"}};
  EXPECT_EQ(std::get<Delivery>(parse({})).dialect, Dialect::event_stream);
  EXPECT_EQ(std::get<Delivery>(parse({}, ndjson)).dialect, Dialect::ndjson);
  EXPECT_EQ(std::get<Delivery>(parse({{"format", "sse"}}, ndjson)).dialect, Dialect::event_stream);
  EXPECT_EQ(std::get<Delivery>(parse({{"format", "ndjson"}})).dialect, Dialect::ndjson);
}

TEST(Delivery, RefusesUnknownFormats) {
  for (const auto* format : {"", "xml", "NDJSON"}) {
    const auto problem = std::get<Response>(parse({{"format", format}}));
    EXPECT_EQ(problem.status, 400u);
    EXPECT_NE(problem.body.find("ndjson"), std::string::npos);
  }
}

TEST(Delivery, PollsForADurationOfAtMostAMinute) {
  EXPECT_EQ(std::get<Delivery>(parse({{"poll", "0s"}})).poll, 0ms);
  EXPECT_EQ(std::get<Delivery>(parse({{"poll", "60s"}})).poll, 60s);
  EXPECT_EQ(std::get<Delivery>(parse({})).poll, std::nullopt);
  for (const auto* poll : {"", "30", "61s", "-1s", "soon"}) {
    EXPECT_EQ(std::get<Response>(parse({{"poll", poll}})).status, 400u) << poll;
  }
}

}  // namespace
}  // namespace sidestream
