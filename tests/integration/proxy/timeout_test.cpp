// How long the app may take: to let us in, to begin an answer, to go on with it.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyTimeout);

TEST(ProxyConnectTimeout, Returns504) {
  Listener listener("tcp", 0);
  listener.fill();
  Sidecar sidecar(proxy_config(listener.url(), {.upstream = {"connect_timeout: 300ms"}}));
  Peer client{Socket(sidecar.streams())};
  const auto begun = Clock::now();
  expect_error(client.ask(request_text("GET /")), 504, "connect_timeout");
  EXPECT_GE(Clock::now() - begun, 250ms);
  EXPECT_LT(Clock::now() - begun, 300ms + 2 * soon);
}

TEST_P(ProxyTimeout, Returns504WithoutAFirstByte) {
  ProxyStage stage(GetParam(), {.upstream = {"first_byte_timeout: 400ms"}});
  for (const auto* request : {"GET", "POST"}) {
    const auto begun = Clock::now();
    auto [client, app, seen] = stage.relay(request_text(std::string(request) + " /"));
    expect_error(client.answer(), 504, "first_byte_timeout");
    EXPECT_GE(Clock::now() - begun, 350ms);
    EXPECT_LT(Clock::now() - begun, 400ms + 2 * soon);
    EXPECT_TRUE(app.closes(soon)) << "the late answer would meet the next request";
  }
  EXPECT_TRUE(stage.listener().is_quiet(100ms)) << "a timeout was retried";
  EXPECT_EQ(stage.errors("first_byte_timeout"), 2);
}

TEST_P(ProxyTimeout, DoesNotRetryAfterFirstByteTimeout) {
  ProxyStage stage(GetParam(), {.upstream = {"first_byte_timeout: 400ms"}});
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send(answer_text("200 OK"));
  EXPECT_EQ(client.answer().status(), 200);
  client.send(request_text("GET /slow"));
  EXPECT_EQ(app.request().target(), "/slow");
  expect_error(client.answer(), 504, "first_byte_timeout");
  EXPECT_TRUE(stage.listener().is_quiet(100ms));
}

// An answer that begins and goes no further is no answer.
TEST_P(ProxyTimeout, ReturnsAnErrorWhenTheHeadStops) {
  ProxyStage stage(GetParam(), {.upstream = {"first_byte_timeout: 500ms", "idle_timeout: 500ms"}});
  for (const auto* begin : {"HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 103 Early Hints\r\n\r\n"}) {
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send(begin);
    auto answer = client.answer();
    if (answer.status() == 103) answer = client.answer();
    EXPECT_TRUE(answer.status() == 504 || answer.status() == 502) << answer.head;
    EXPECT_TRUE(app.closes(soon));
  }
}

// An app that waits for the whole body is not late while the body still comes.
TEST_P(ProxyTimeout, StartsFirstByteTimeoutAtTheRequestsEnd) {
  ProxyStage stage(GetParam(), {.upstream = {"first_byte_timeout: 600ms"}});
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  for (int i = 0; i < 8; ++i) {
    client.send("x");
    EXPECT_EQ(app.bytes(1), "x");
    ASSERT_TRUE(client.is_quiet(150ms)) << "given up in the middle of the body";
  }
  app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
}

TEST_P(ProxyTimeout, CutsASilentResponse) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 1s"}});
  for (const std::string framing : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
    const bool chunked = framing[0] == 'T';
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
    EXPECT_EQ(client.answer_head().status(), 200);
    for (int i = 0; i < 6; ++i) {  // slow is not silent
      app.send(chunked ? chunk("part") : "part");
      EXPECT_EQ(chunked ? client.chunk() : client.bytes(4), "part");
      ASSERT_TRUE(client.is_quiet(250ms));
    }
    EXPECT_EQ(client.rest(5s * patience), "") << "completed by somebody else";
    EXPECT_TRUE(app.closes(soon));
  }
}

TEST_P(ProxyTimeout, Returns408WhenTheBodyStops) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 1s"}});
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.bytes(4), "half");
  EXPECT_EQ(app.rest(5s * patience), "") << "the app waits for a client that sends no more";
  // Its own fault, and no reason to wake up whoever looks after the app.
  EXPECT_EQ(client.answer().status(), 408);
  EXPECT_TRUE(client.closes(soon));
}

TEST_P(ProxyTimeout, BlamesTheAppWhenItDoesNotRead) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 1s"}});
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  client.fill();
  // The answer may be lost behind what was sent in vain.
  EXPECT_TRUE(eventually([&] { return stage.errors("idle_timeout") == 1; }));
  EXPECT_EQ(stage.errors("body_timeout"), 0);
}

// Silence is what an event stream consists of.
TEST_P(ProxyTimeout, KeepsSilentEventStreams) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 300ms"}});
  for (const std::string type : {"text/event-stream", "Text/Event-Stream; charset=utf-8"}) {
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(client.answer_head().status(), 200);
    EXPECT_TRUE(client.is_quiet(1500ms));
    app.send(chunk("data: x\n\n"));
    EXPECT_EQ(client.chunk(), "data: x\n\n");
  }
}

// A client that does not read is silence too, and must not hold the app for ever.
TEST_P(ProxyTimeout, CutsAClientThatDoesNotRead) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 1s"}});
  Peer client{Socket(stage.sidecar().streams(), 4096)};
  client.send(request_text("GET /"));
  auto app = stage.app();
  app.request();
  const std::string part(1 << 20, 'x');
  bool blocked = false;
  try {
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    for (int i = 0; i < 200; ++i) app.socket().send(part, 5s * patience);
  } catch (const WireError&) {
    blocked = true;
  }
  EXPECT_TRUE(blocked) << "200 MiB went somewhere";
  EXPECT_TRUE(app.closes(10s * patience));
}

}  // namespace
}  // namespace e2e
