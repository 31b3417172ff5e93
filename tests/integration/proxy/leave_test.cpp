// A client that goes takes its request with it: the app's side ends at once, whatever it was doing.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyLeave);

void leave(Peer& client, bool abruptly) { abruptly ? client.reset() : client.close(); }

TEST_P(ProxyLeave, ClosesTheAppConnectionBeforeTheResponse) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    for (const auto* request : {"GET", "POST"}) {
      auto relay = stage.relay(request_text(std::string(request) + " /", {}, "x"));
      leave(relay.client, abruptly);
      EXPECT_TRUE(relay.app.closes(soon)) << request << (abruptly ? ", abruptly" : "");
    }
  }
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
  EXPECT_EQ(stage.metric("pool_idle"), 0);
}

TEST_P(ProxyLeave, ClosesTheAppConnectionDuringTheRequestBody) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    for (const bool chunked : {false, true}) {
      auto client = stage.client();
      client.send(std::string("POST / HTTP/1.1\r\nHost: a\r\n") +
                  (chunked ? "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
                           : "Content-Length: 100\r\n\r\nhalf"));
      auto app = stage.app();
      app.request_head();
      EXPECT_EQ(chunked ? app.chunk() : app.bytes(4), "half");
      leave(client, abruptly);
      EXPECT_EQ(app.rest(soon), "") << "the body was completed, or something was added";
    }
  }
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
}

// Its end can't be read behind bytes that the app doesn't take, but a reset shows.
TEST_P(ProxyLeave, EndsTheRequestWhenTheAppDoesNotRead) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  client.fill();
  client.reset();
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
}

TEST_P(ProxyLeave, ClosesTheAppConnectionDuringTheResponse) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("part"));
    EXPECT_EQ(client.answer_head().status(), 200);
    leave(client, abruptly);
    EXPECT_TRUE(app.closes(soon));
  }
}

// The app's bytes pile up before a client that does not read; then it goes.
TEST_P(ProxyLeave, ClosesTheAppConnectionWhenTheResponseIsUnread) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    Peer client{Socket(stage.sidecar().streams(), 4096)};
    client.send(request_text("GET /"));
    auto app = stage.app();
    app.request();
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    app.fill();
    leave(client, abruptly);
    EXPECT_TRUE(app.closes(soon));
  }
}

TEST_P(ProxyLeave, ClosesTheAppConnectionOfAnEventStream) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n");
  EXPECT_EQ(client.answer_head().status(), 200);
  client.close();
  EXPECT_TRUE(app.closes(soon));
}

TEST(ProxyConnectLeave, EndsTheRequestWhileConnecting) {
  Listener listener("tcp", 0);
  listener.fill();
  Sidecar sidecar(proxy_config(listener.url(), {.upstream = {"connect_timeout: 1m"}}));
  Peer client{Socket(sidecar.streams())};
  client.send(request_text("GET /"));
  const auto open = [&] { return sidecar.metrics().sum("sidestream_upstream_requests_open"); };
  ASSERT_TRUE(eventually([&] { return open() == 1; }));
  client.close();
  EXPECT_TRUE(eventually([&] { return open() == 0; }, soon));
}

// One that leaves while others wait changes nothing for them.
TEST_P(ProxyLeave, LeavesOtherRequestsAlone) {
  ProxyStage stage(GetParam());
  auto one = stage.relay(request_text("GET /one"));
  auto two = stage.relay(request_text("GET /two"));
  one.client.reset();
  EXPECT_TRUE(one.app.closes(soon));
  two.app.send(answer_text("200 OK", {}, "two"));
  EXPECT_EQ(two.client.answer().body, "two");
}

}  // namespace
}  // namespace e2e
