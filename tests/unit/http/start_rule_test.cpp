#include "sidecar/http/handlers/start_rule.hpp"

#include <gtest/gtest.h>

#include "sidecar/http/protocol/target.hpp"

namespace sidestream {
namespace {

const Timestamp now{std::chrono::milliseconds(1'700'000'000'000)};

Request request(std::string_view target, Fields headers = {}) {
  Request r;
  EXPECT_TRUE(decode({target, {}}, r));
  r.headers = std::move(headers);
  return r;
}

std::optional<std::int64_t> since(std::string_view text) {
  const auto t = parse_since(text, now);
  if (!t) return std::nullopt;
  return t->time_since_epoch().count();
}

TEST(LastEventId, PrefersTheHeader) {
  EXPECT_EQ(last_event_id(request("/e?lastEventId=7", {{"last-event-id", "9"}})), "9");
}

TEST(LastEventId, IgnoresAnEmptyId) {
  EXPECT_EQ(last_event_id(request("/e?lastEventId=7", {{"last-event-id", ""}})), "7");
  EXPECT_EQ(last_event_id(request("/e?lastEventId=", {{"last-event-id", ""}})), std::nullopt);
}

TEST(LastEventId, ReadsEachParameterName) {
  for (const char* name :
       {"lastEventId", "last_event_id", "lastEventID", "Last-Event-ID", "evs_last_event_id"}) {
    EXPECT_EQ(last_event_id(request(std::string("/e?") + name + "=0.4%7E1.5")), "0.4~1.5") << name;
  }
}

TEST(Since, AcceptsAllTimeFormats) {
  EXPECT_EQ(since("1700000000"), 1'700'000'000'000);
  EXPECT_EQ(since("1700000000123"), 1'700'000'000'123);
  EXPECT_EQ(since("10m"), 1'699'999'400'000);
  EXPECT_EQ(since("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(since("2023-11-14T22:13:20.5Z"), 1'700'000'000'500);
  EXPECT_EQ(since("2023-11-15T00:13:20+02:00"), 1'700'000'000'000);
  EXPECT_EQ(since("2023-11-15T00:13:20 02:00"), 1'700'000'000'000);  // an unescaped plus
  EXPECT_EQ(since("9999999h"), 0);
}

TEST(Since, RefusesOtherText) {
  for (const char* text :
       {"", "-1", "x", "2023-13-01T00:00:00Z", "2023-02-30T00:00:00Z", "2023-11-14",
        "2023-11-14T22:13:20", "10 m", "1e9", "99999999999999999999", "2023-11-14T22:13:20.Z",
        "2023-11-14T25:00:00Z"}) {
    EXPECT_EQ(since(text), std::nullopt) << text;
  }
}

TEST(StartRule, RefusesTwoRulesAndNamesBoth) {
  const auto rule = start_rule(request("/e?since=10m&tail=5"), now);
  ASSERT_TRUE(std::holds_alternative<std::string>(rule));
  EXPECT_NE(std::get<std::string>(rule).find("since and tail"), std::string::npos);
}

TEST(StartRule, ReportsTheExpectedForm) {
  for (const char* target : {"/e?from=yesterday", "/e?tail=-1", "/e?tail=1e3", "/e?since=soon"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(start_rule(request(target), now))) << target;
  }
}

TEST(StartRule, IgnoresUnknownParameters) {
  const auto rule = start_rule(request("/e?stream=1&padding=true"), now);
  EXPECT_FALSE(std::get<std::optional<StartRequest>>(rule));
}

}  // namespace
}  // namespace sidestream
