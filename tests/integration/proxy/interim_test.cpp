// 1xx answers, and the one that clients wait for before they send their body.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyInterim);

const std::string expecting =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

TEST_P(ProxyInterim, LeavesContinueToTheApp) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(expecting);
  auto app = stage.app();
  const auto seen = app.request_head();
  EXPECT_EQ(seen.value("Expect"), "100-continue");
  EXPECT_TRUE(client.is_quiet(200ms)) << "somebody else said 100";
  app.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.answer().status(), 100);
  client.send("body");
  EXPECT_EQ(app.bytes(4), "body");
  app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
  auto next = request_text("GET /next");
  client.send(next);
  EXPECT_EQ(app.request().target(), "/next");
}

TEST_P(ProxyInterim, ForwardsARefusalInsteadOfContinue) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(expecting);
  auto app = stage.app();
  app.request_head();
  app.send(answer_text("401 Unauthorized", {}, "who?"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status(), 401);
  EXPECT_EQ(answer.body, "who?");
}

// After 417 or 401 without a body, the app's connection is in an unclear state: another request on
// it could be taken for the body.
TEST_P(ProxyInterim, ClosesTheAppConnectionAfterARefusal) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(expecting);
  auto first = stage.app();
  first.request_head();
  first.send(answer_text("417 Expectation Failed"));
  EXPECT_EQ(client.answer().status(), 417);
  client.close();
  auto other = stage.client();
  other.send(request_text("GET /other"));
  auto second = stage.app();
  EXPECT_EQ(second.request().target(), "/other");
  EXPECT_EQ(first.rest(), "");
}

TEST_P(ProxyInterim, ForwardsContinueForChunkedBodies) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  app.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.answer().status(), 100);
  client.send(chunk("body") + "0\r\n\r\n");
  EXPECT_EQ(app.chunk(), "body");
  EXPECT_EQ(app.chunk(), "");
  app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
}

// A client that does not wait for 100.
TEST_P(ProxyInterim, ForwardsABodyThatDoesNotWaitForContinue) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(expecting + "body");
  auto app = stage.app();
  app.request_head();
  app.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(app.bytes(4), "body");
  app.send(answer_text("200 OK", {}, "done"));
  auto answer = client.answer();
  if (answer.status() == 100) answer = client.answer();
  EXPECT_EQ(answer.body, "done");
}

TEST_P(ProxyInterim, ForwardsInterimResponses) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send("HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_EQ(client.answer().status(), 102);
  app.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>\r\n\r\n");
  const auto hint = client.answer();
  EXPECT_EQ(hint.status(), 103);
  EXPECT_EQ(hint.all("Link").size(), 2u);
  app.send("HTTP/1.1 103 Early Hints\r\n\r\n" + answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().status(), 103);
  EXPECT_EQ(client.answer().body, "done");
  client.send(request_text("GET /next"));
  EXPECT_EQ(app.request().target(), "/next");
}

TEST_P(ProxyInterim, DropsInterimResponsesForHttp10) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  auto app = stage.app();
  app.request();
  app.send("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
}

TEST_P(ProxyInterim, Returns502WhenTheAppSwitchesProtocolsUnasked) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nHTTP/1.1 200 "
      "OK\r\n");
  expect_error(client.answer(), 502, "bad_answer");
}

}  // namespace
}  // namespace e2e
