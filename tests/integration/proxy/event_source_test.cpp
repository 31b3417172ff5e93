// An EventSource whose app cannot be reached comes back: any error status would end it for good.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

ON_BOTH(ProxyEventSource);

const std::string accept = "Accept: text/event-stream";

void expect_retry(const Message& answer) {
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.value("Content-Type").substr(0, 17), "text/event-stream");
  EXPECT_THAT(answer.body, ContainsRegex("(^|\n)retry: [0-9]+\n"));
  EXPECT_THAT(answer.body, HasSubstr("event: stream-shutdown\n"));
  EXPECT_TRUE(answer.body.ends_with("\n\n"));
}

TEST_P(ProxyEventSource, GetsARetryWhenTheAppIsDown) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  auto client = stage.client();
  expect_retry(client.ask(request_text("GET /feed", {accept})));
  EXPECT_TRUE(client.closes());
  const auto again = stage.ask(request_text("GET /feed", {accept, "Last-Event-ID: 42"}));
  expect_retry(again);
  EXPECT_THAT(again.body, HasSubstr("\nid: 42\n"));
  EXPECT_EQ(stage.errors("connect"), 2);
  EXPECT_EQ(stage.metric("requests_total", {"code=\"502\""}), 2);
}

TEST_P(ProxyEventSource, GetsARetryBeyondMaxRequestsAndAfterATimeout) {
  ProxyStage stage(GetParam(), {.upstream = {"max_requests: 1", "first_byte_timeout: 500ms"}});
  auto relay = stage.relay(request_text("GET /feed", {accept}));
  expect_retry(stage.ask(request_text("GET /feed", {accept})));
  expect_retry(relay.client.answer());
  EXPECT_EQ(stage.errors("busy"), 1);
  EXPECT_EQ(stage.errors("first_byte_timeout"), 1);
}

// Only the app knows whether the page may read the stream.
TEST_P(ProxyEventSource, IsClosedWithoutAResponseWhenItIsOfAnotherOrigin) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  auto client = stage.client();
  client.send(request_text("GET /feed", {accept, "Origin: https://other.test"}));
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(client.socket().end(), Socket::End::closed);
  EXPECT_EQ(stage.errors("connect"), 1);
}

TEST_P(ProxyEventSource, OtherRequestsGetTheError) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  EXPECT_EQ(stage.ask(request_text("GET /feed")).status(), 502);
  EXPECT_EQ(stage.ask(request_text("POST /feed", {accept}, "x")).status(), 502);
  EXPECT_EQ(stage.ask(request_text("GET /feed", {"Accept: application/json, text/event-stream"}))
                .status(),
            502);
}

TEST_P(ProxyEventSource, GetsTheAppsOwnErrors) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /feed", {accept}));
  app.send(answer_text("503 Unavailable", {}, "later"));
  EXPECT_EQ(client.answer().status(), 503);
}

}  // namespace
}  // namespace e2e
