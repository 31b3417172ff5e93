// HTTP/1.0 clients: no chunks, and the connection ends with the answer.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyOldClient);

TEST_P(ProxyOldClient, GetsResponsesWithoutChunks) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
  auto app = stage.app();
  EXPECT_EQ(app.request().target(), "/old");
  app.send(answer_text("200 OK", {"Transfer-Encoding: chunked"},
                       chunk("one") + chunk("two") + "0\r\nX-T: 1\r\n\r\n"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.start, "HTTP/1.1 200 OK");
  EXPECT_FALSE(answer.has("Transfer-Encoding"));
  EXPECT_EQ(answer.body, "onetwo");
  EXPECT_TRUE(client.closes());
}

TEST_P(ProxyOldClient, NeedsNoHost) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("GET /old HTTP/1.0\r\n\r\n");
  auto app = stage.app();
  const auto seen = app.request();
  EXPECT_EQ(seen.target(), "/old");
  const auto url = stage.listener().url();
  EXPECT_EQ(seen.value("Host"), GetParam() == "unix" ? "localhost" : url.substr(7));
  app.send(answer_text("200 OK", {}, "x"));
  EXPECT_EQ(client.answer().body, "x");
  EXPECT_TRUE(client.closes());
}

TEST_P(ProxyOldClient, SendsABodyByLength) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST /old HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  auto app = stage.app();
  EXPECT_EQ(app.request().body, "body");
  app.send(answer_text("200 OK", {}, "x"));
  EXPECT_EQ(client.answer().body, "x");
}

TEST_P(ProxyOldClient, CanKeepItsConnection) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto client = stage.client();
  client.send("GET /1 HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  const auto first = client.answer();
  EXPECT_EQ(first.body, "GET /1\n");
  if (!same_word(first.value("Connection"), "keep-alive")) {
    EXPECT_TRUE(client.closes());
    return;
  }
  client.send("GET /2 HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.answer().body, "GET /2\n");
  EXPECT_TRUE(client.closes());
}

// The end of the connection is all that tells it the end of the body: that must not look orderly
// where the app broke off.
TEST_P(ProxyOldClient, IsResetWhenTheAppBreaksOff) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
  auto app = stage.app();
  app.request();
  app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one"));
  EXPECT_EQ(client.answer_head().status(), 200);
  EXPECT_EQ(client.bytes(3), "one");
  app.close();
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(client.socket().end(), Socket::End::reset);
}

}  // namespace
}  // namespace e2e
