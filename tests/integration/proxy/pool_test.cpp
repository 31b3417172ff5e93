// Connections to the app are kept and used again; one that has died while idle costs nobody a
// request, and nothing is ever done twice.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyPool);

// The app's end of a connection that has served once and now waits.
Peer idle_connection(ProxyStage& stage) {
  auto relay = stage.relay(request_text("GET /warm"));
  relay.app.send(answer_text("200 OK", {}, "warm"));
  EXPECT_EQ(relay.client.answer().body, "warm");
  EXPECT_TRUE(stage.metric_becomes("pool_idle", 1));
  return std::move(relay.app);
}

TEST_P(ProxyPool, ReusesAConnection) {
  ProxyStage stage(GetParam());
  auto app = idle_connection(stage);
  for (int i = 0; i < 5; ++i) {
    auto client = stage.client();
    client.send(request_text("POST /" + std::to_string(i), {}, "x"));
    EXPECT_EQ(app.request().target(), "/" + std::to_string(i));
    app.send(answer_text("200 OK"));
    EXPECT_EQ(client.answer().status(), 200);
  }
  EXPECT_EQ(stage.metric("connections_total"), 1);
}

TEST_P(ProxyPool, DropsAConnectionThatTheAppWillClose) {
  ProxyStage stage(GetParam());
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx"),
        std::string("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")}) {
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send(answer);
    EXPECT_EQ(client.answer().body, "x");
    EXPECT_TRUE(app.closes(soon)) << answer;
  }
}

// The FIN has arrived before the next request: nothing is sent into it.
TEST_P(ProxyPool, DropsAConnectionThatTheAppHasClosed) {
  ProxyStage stage(GetParam());
  for (const std::string method : {"GET", "POST"}) {
    auto old = idle_connection(stage);
    old.close();
    ASSERT_TRUE(stage.metric_becomes("pool_idle", 0)) << "an ended connection counts as idle";
    auto [client, app, seen] =
        stage.relay(request_text(method + " /", {}, method == "POST" ? "x" : ""));
    app.send(answer_text("200 OK", {"Connection: close"}, "fresh"));
    EXPECT_EQ(client.answer().body, "fresh");
  }
}

TEST_P(ProxyPool, DropsAConnectionThatTheAppHasReset) {
  ProxyStage stage(GetParam());
  idle_connection(stage).reset();
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send(answer_text("200 OK", {}, "fresh"));
  EXPECT_EQ(client.answer().body, "fresh");
}

// The app closes just as the request arrives: it may or may not have been acted on.
TEST_P(ProxyPool, RetriesIdempotentRequestsOnce) {
  ProxyStage stage(GetParam());
  for (const std::string method : {"GET", "HEAD", "OPTIONS", "DELETE", "PUT"}) {
    auto old = idle_connection(stage);
    auto client = stage.client();
    client.send(request_text(method + " /again"));
    EXPECT_EQ(old.request().target(), "/again");
    old.close();
    auto app = stage.app();
    const auto second = app.request();
    EXPECT_EQ(second.start, method + " /again HTTP/1.1");
    app.send(answer_text("200 OK", {"Connection: close"}));
    EXPECT_EQ(client.answer(Peer::usual, method == "HEAD").status(), 200);
  }
}

TEST_P(ProxyPool, DoesNotRetryOtherRequests) {
  ProxyStage stage(GetParam());
  for (const std::string& request :
       {request_text("POST /once", {}, "x"), request_text("POST /once"),
        request_text("PATCH /once"), request_text("BREW /once"),
        request_text("PUT /once", {"Transfer-Encoding: chunked"}) + chunk("x") + "0\r\n\r\n",
        request_text("GET /once", {}, "x")}) {
    SCOPED_TRACE(request);
    auto old = idle_connection(stage);
    auto client = stage.client();
    client.send(request);
    EXPECT_EQ(old.request().target(), "/once");
    old.close();
    const auto answer = client.answer();
    expect_error(answer, 502, "closed");
    EXPECT_TRUE(stage.listener().is_quiet(200ms)) << "it was done twice";
  }
}

TEST_P(ProxyPool, RetriesOnlyOnce) {
  ProxyStage stage(GetParam());
  auto old = idle_connection(stage);
  auto client = stage.client();
  client.send(request_text("GET /again"));
  old.request();
  old.close();
  auto second = stage.app();
  second.request();
  second.close();
  expect_error(client.answer(), 502, "closed");
  EXPECT_TRUE(stage.listener().is_quiet(300ms)) << "a third attempt";
}

TEST_P(ProxyPool, DoesNotRetryAfterTheFirstByte) {
  ProxyStage stage(GetParam());
  for (const auto* begin : {"HTTP/1.1 20", "HTTP/1.1 103 Early Hints\r\n\r\n"}) {
    auto old = idle_connection(stage);
    auto client = stage.client();
    client.send(request_text("GET /once"));
    old.request();
    old.send(begin);
    old.close();
    auto answer = client.answer();
    if (answer.status() == 103) answer = client.answer();
    EXPECT_EQ(answer.status(), 502);
    EXPECT_TRUE(stage.listener().is_quiet(200ms));
  }
}

TEST_P(ProxyPool, DoesNotRetryOnANewConnection) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("POST /", {}, "x"));
  app.close();
  expect_error(client.answer(), 502, "closed");
  EXPECT_TRUE(stage.listener().is_quiet(200ms));
}

// The first client's body is not complete: whatever follows on that connection would be read as it.
TEST_P(ProxyPool, DropsAConnectionWhenTheBodyWasNotSent) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf");
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.bytes(4), "half");
  app.send(answer_text("400 Bad", {}, "no"));
  EXPECT_EQ(client.answer().body, "no");
  client.close();
  EXPECT_TRUE(app.closes(soon));
  EXPECT_EQ(stage.metric("pool_idle"), 0);
}

TEST_P(ProxyPool, ReconnectsWhenTheAppIsBack) {
  ProxyStage stage(GetParam());
  auto old = idle_connection(stage);
  stage.listener().close();
  old.close();
  expect_error(stage.ask(request_text("GET /")), 502, "connect");
  stage.listener().open();
  auto [client, app, seen] = stage.relay(request_text("GET /back"));
  app.send(answer_text("200 OK", {}, "back"));
  EXPECT_EQ(client.answer().body, "back");
}

}  // namespace
}  // namespace e2e
