// What a client is told when the app cannot answer, and how it is counted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

ON_BOTH(ProxyError);

TEST_P(ProxyError, Returns502WhenTheAppIsDown) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  auto client = stage.client();
  for (int i = 0; i < 3; ++i) {  // on one connection: an error costs the client nothing
    expect_error(client.ask(request_text("GET /")), 502, "connect");
  }
  EXPECT_EQ(stage.errors("connect"), 3);
  EXPECT_EQ(stage.metric("requests_total", {"code=\"502\""}), 3);
}

TEST_P(ProxyError, Returns502WhenTheAppClosesWithoutAResponse) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    auto relay = stage.relay(request_text("POST /", {}, "x"));
    abruptly ? relay.app.reset() : relay.app.close();
    expect_error(relay.client.answer(), 502, "closed");
  }
  EXPECT_EQ(stage.errors("closed"), 2);
}

TEST_P(ProxyError, Returns502WhenTheAppClosesWithinTheHead) {
  ProxyStage stage(GetParam());
  auto relay = stage.relay(request_text("GET /"));
  relay.app.send("HTTP/1.1 200 OK\r\nContent-Le");
  relay.app.close();
  const auto answer = relay.client.answer();
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(stage.errors("closed") + stage.errors("bad_answer"), 1);
}

TEST_P(ProxyError, Returns502WhenTheResponseIsInvalid) {
  ProxyStage stage(GetParam());
  auto relay = stage.relay(request_text("GET /"));
  relay.app.send("hello\r\n\r\n");
  expect_error(relay.client.answer(), 502, "bad_answer");
  EXPECT_EQ(stage.errors("bad_answer"), 1);
}

TEST_P(ProxyError, Returns502WhenTheResponseHeadIsTooLong) {
  ProxyStage stage(GetParam());
  auto relay = stage.relay(request_text("GET /"));
  relay.app.try_send("HTTP/1.1 200 OK\r\nX: ");
  for (int i = 0; i < 32; ++i) relay.app.try_send(std::string(65536, 'x'));
  expect_error(relay.client.answer(), 502, "bad_answer");
}

TEST_P(ProxyError, Returns502WhenTheAppResetsDuringTheBody) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  app.reset();
  for (int i = 0; i < 8; ++i) client.try_send(std::string(65536, 'x'));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(stage.errors("send") + stage.errors("closed"), 1);
  EXPECT_TRUE(client.closes()) << "the rest of the body would be taken for a request";
}

TEST_P(ProxyError, Returns503BeyondMaxRequests) {
  ProxyStage stage(GetParam(), {.upstream = {"max_requests: 2"}});
  auto one = stage.relay(request_text("GET /1"));
  auto two = stage.relay(request_text("GET /2"));
  const auto refused = stage.ask(request_text("GET /3"));
  expect_error(refused, 503, "busy");
  EXPECT_THAT(refused.value("Retry-After"), testing::ContainsRegex("^[0-9]+$"));
  EXPECT_EQ(stage.errors("busy"), 1);
  one.app.send(answer_text("200 OK", {}, "1"));
  EXPECT_EQ(one.client.answer().body, "1");
  two.client.close();
  EXPECT_TRUE(two.app.closes(soon));
  ASSERT_TRUE(stage.metric_becomes("requests_open", 0));
  App app(stage.listener());
  one.app.close();
  EXPECT_EQ(stage.ask(request_text("GET /4")).body, "GET /4\n");
}

// A body that lasts is a request that lasts.
TEST_P(ProxyError, CountsRequestsUntilTheResponseEnds) {
  ProxyStage stage(GetParam(), {.upstream = {"max_requests: 1"}});
  auto one = stage.relay(request_text("GET /1"));
  one.app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("x"));
  EXPECT_EQ(one.client.answer_head().status(), 200);
  EXPECT_EQ(stage.ask(request_text("GET /2")).status(), 503);
}

TEST_P(ProxyError, UsesTheFormatThatTheClientPrefers) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "application/json"},
      {"Accept: */*", "application/json"},
      {"Accept: application/json", "application/json"},
      {"Accept: image/png", "application/json"},
      {"Accept: text/html;q=0.1, application/json", "application/json"},
      {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"},
      {"Accept: TEXT/HTML", "text/html"},
      {"Accept: text/plain", "text/plain"},
      {"Accept: text/plain;q=0.9, text/html;q=0.2", "text/plain"}};
  for (const auto& [accept, type] : cases) {
    std::vector<std::string> fields;
    if (!accept.empty()) fields.push_back(accept);
    const auto answer = stage.ask(request_text("GET /<script>x</script>", fields));
    EXPECT_EQ(answer.status(), 502) << accept;
    EXPECT_EQ(answer.value("Content-Type").substr(0, type.size()), type) << accept;
    EXPECT_THAT(answer.body, Not(HasSubstr("<script>"))) << accept;
    EXPECT_FALSE(answer.body.empty());
    EXPECT_LT(answer.body.size(), 4096u);
  }
  const auto to_head = stage.ask(request_text("HEAD /"));
  EXPECT_EQ(to_head.status(), 502);
}

TEST_P(ProxyError, Returns413BeyondMaxBody) {
  ProxyStage stage(GetParam(), {.upstream = {"max_body: 1KiB"}});
  App app(stage.listener());
  EXPECT_EQ(stage.ask(request_text("POST /", {}, std::string(1024, 'x'))).status(), 200);
  auto client = stage.client();
  client.send(request_text("POST /", {"Content-Length: 1025"}));
  EXPECT_EQ(client.answer().status(), 413);
  auto chunked = stage.client();
  chunked.send(request_text("POST /", {"Transfer-Encoding: chunked"}));
  for (int i = 0; i < 5; ++i) chunked.try_send(chunk(std::string(250, 'x')));
  chunked.try_send("0\r\n\r\n");
  EXPECT_EQ(chunked.answer().status(), 413);
  EXPECT_TRUE(app.settles());
  EXPECT_EQ(app.account().requests.size(), 1u)
      << "the app was given all of a body that was refused";
}

// All of it is there before anything is sent to the app.
TEST_P(ProxyError, Returns413BeforeTheAppGetsTheRequest) {
  ProxyStage stage(GetParam(), {.upstream = {"max_body: 10B"}});
  App app(stage.listener());
  const auto body = chunk(std::string(11, 'x')) + "0\r\n\r\n";
  EXPECT_EQ(stage.ask(request_text("POST /", {"Transfer-Encoding: chunked"}, body)).status(), 413);
  EXPECT_TRUE(app.account().requests.empty());
}

}  // namespace
}  // namespace e2e
