// Upgraded connections: bytes both ways, for as long as somebody speaks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

ON_BOTH(ProxyUpgrade);

const std::string asking = request_text(
    "GET /socket?a=b", {"Connection: keep-alive, Upgrade", "Upgrade: websocket",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Protocol: chat"});
const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

// Both ends of a tunnel that is open.
Relay tunnel(ProxyStage& stage) {
  auto relay = stage.relay(asking);
  relay.app.send(switching);
  if (relay.client.answer_head().status() != 101) throw WireError("no tunnel");
  return relay;
}

TEST_P(ProxyUpgrade, ForwardsWebSockets) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(asking);
  EXPECT_EQ(seen.target(), "/socket?a=b");
  EXPECT_TRUE(same_word(seen.value("Upgrade"), "websocket"));
  EXPECT_TRUE(same_word(seen.value("Connection"), "upgrade")) << seen.value("Connection");
  EXPECT_EQ(seen.value("Sec-WebSocket-Key"), "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(seen.value("X-Forwarded-For"), "127.0.0.1");
  app.send(switching + "first");
  const auto answer = client.answer_head();
  EXPECT_EQ(answer.status(), 101);
  EXPECT_TRUE(same_word(answer.value("Upgrade"), "websocket"));
  EXPECT_TRUE(same_word(answer.value("Connection"), "upgrade"));
  EXPECT_EQ(answer.value("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(answer.has("Content-Length"));
  EXPECT_FALSE(answer.has("Transfer-Encoding"));
  EXPECT_EQ(client.bytes(5), "first") << "what came with the 101";
  const std::string any("\x81\x85\0\r\n\r\n\xff", 8);
  client.send(any);
  EXPECT_EQ(app.bytes(any.size()), any);
  app.send(any + any);
  EXPECT_EQ(client.bytes(2 * any.size()), any + any);
}

TEST_P(ProxyUpgrade, ForwardsEarlyBytesAfterTheSwitch) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(asking + "early");
  auto app = stage.app();
  app.request_head();
  app.send(switching);
  EXPECT_EQ(client.answer_head().status(), 101);
  EXPECT_EQ(app.bytes(5), "early");
}

TEST_P(ProxyUpgrade, ForwardsAnyProtocol) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] =
      stage.relay(request_text("GET /", {"Connection: upgrade", "Upgrade: spdy-ish/7"}));
  EXPECT_EQ(seen.value("Upgrade"), "spdy-ish/7");
  app.send("HTTP/1.1 101 Fine\r\nUpgrade: spdy-ish/7\r\nConnection: upgrade\r\n\r\n");
  EXPECT_EQ(client.answer_head().status(), 101);
  client.send("ping");
  EXPECT_EQ(app.bytes(4), "ping");
}

TEST_P(ProxyUpgrade, DropsH2c) {
  ProxyStage stage(GetParam());
  for (const auto* offer : {"h2c", "H2C", "h2c, websocket", "websocket,H2c"}) {
    auto [client, app, seen] = stage.relay(
        request_text("GET /", {"Connection: Upgrade, HTTP2-Settings",
                               std::string("Upgrade: ") + offer, "HTTP2-Settings: AAMAAABk"}));
    EXPECT_THAT(seen.value("Upgrade"), Not(testing::ContainsRegex("[hH]2"))) << offer;
    EXPECT_FALSE(seen.has("HTTP2-Settings"));
    app.send(answer_text("200 OK", {"Connection: close"}, "plain"));
    EXPECT_EQ(client.answer().body, "plain");
  }
}

TEST_P(ProxyUpgrade, DropsUpgradeWithoutConnection) {
  ProxyStage stage(GetParam());
  EXPECT_FALSE(stage.relay(request_text("GET /", {"Upgrade: websocket"})).seen.has("Upgrade"));
  auto client = stage.client();
  client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_FALSE(stage.app().request().has("Upgrade")) << "HTTP/1.0 has no upgrades";
}

TEST_P(ProxyUpgrade, StaysHttpWhenTheAppRefuses) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(asking);
  app.send(answer_text("426 Upgrade Required", {"Sec-WebSocket-Version: 8"}, "no"));
  EXPECT_EQ(client.answer().body, "no");
  // Were it a tunnel now, this would arrive without our headers.
  client.send(request_text("GET /next", {"X-Forwarded-For: 6.6.6.6"}));
  App rest(stage.listener());
  if (!app.is_quiet(500ms)) {
    const auto next = app.request();
    EXPECT_EQ(next.value("X-Forwarded-For"), "127.0.0.1");
    app.send(answer_text("200 OK", {}, "next"));
  }
  EXPECT_EQ(client.answer().status(), 200);
}

TEST_P(ProxyUpgrade, HalfClosesEitherWay) {
  ProxyStage stage(GetParam());
  for (const bool client_first : {true, false}) {
    auto [client, app, seen] = tunnel(stage);
    Peer& one = client_first ? client : app;
    Peer& other = client_first ? app : client;
    one.send("last");
    one.finish_sending();
    EXPECT_EQ(other.rest(), "last");
    EXPECT_EQ(other.socket().end(), Socket::End::closed);
    other.send("still here");
    EXPECT_EQ(one.bytes(10), "still here");
    other.finish_sending();
    EXPECT_EQ(one.rest(), "");
    EXPECT_EQ(one.socket().end(), Socket::End::closed);
  }
  EXPECT_TRUE(stage.metric_becomes("tunnels_open", 0));
}

TEST_P(ProxyUpgrade, ClosesBothSidesOnReset) {
  ProxyStage stage(GetParam());
  for (const bool client_first : {true, false}) {
    auto [client, app, seen] = tunnel(stage);
    (client_first ? client : app).reset();
    EXPECT_TRUE((client_first ? app : client).closes(soon));
  }
  EXPECT_TRUE(stage.metric_becomes("tunnels_open", 0));
}

TEST_P(ProxyUpgrade, ClosesAfterIdleTimeout) {
  ProxyStage stage(GetParam(), {.upstream = {"idle_timeout: 1s"}});
  auto [client, app, seen] = tunnel(stage);
  for (int i = 0; i < 8; ++i) {  // one side speaking is no silence
    app.send("x");
    EXPECT_EQ(client.bytes(1), "x");
    ASSERT_TRUE(client.is_quiet(250ms));
  }
  EXPECT_TRUE(client.closes(5s * patience));
  EXPECT_TRUE(app.closes(soon));
}

TEST_P(ProxyUpgrade, Returns503BeyondMaxTunnels) {
  ProxyStage stage(GetParam(), {.upstream = {"max_tunnels: 2", "max_requests: 1"}});
  auto one = tunnel(stage);
  auto two = tunnel(stage);
  EXPECT_EQ(stage.metric("tunnels_open"), 2);
  auto refused = stage.client();
  refused.send(asking);
  Peer asked;  // whether the app is asked first is open
  if (stage.listener().accept_into(asked, 300ms)) {
    asked.request();
    asked.send(switching);
  }
  EXPECT_EQ(refused.answer().status(), 503);
  one.client.close();
  EXPECT_TRUE(one.app.closes(soon));
  one.app.close();
  ASSERT_TRUE(stage.metric_becomes("tunnels_open", 1));
  auto three = tunnel(stage);
  three.client.send("hi");
  EXPECT_EQ(three.app.bytes(2), "hi");
}

// Those that wait for the app's word have their places already.
TEST_P(ProxyUpgrade, CountsPendingUpgrades) {
  ProxyStage stage(GetParam(), {.upstream = {"max_tunnels: 1"}});
  auto one = stage.relay(asking);
  auto two = stage.client();
  two.send(asking);
  Peer asked;
  if (stage.listener().accept_into(asked, 300ms)) {
    asked.request();
    asked.send(switching);
  }
  one.app.send(switching);
  const int statuses = one.client.answer_head().status() + two.answer_head().status();
  EXPECT_EQ(statuses, 101 + 503);
}

// Nobody reads at the other end, so that nothing more can be passed on, and the sender is reset.
TEST_P(ProxyUpgrade, ClosesAStuckTunnelWhenItsSenderResets) {
  ProxyStage stage(GetParam());
  for (const bool from_client : {true, false}) {
    if (!from_client && GetParam() == "unix") continue;  // a Unix socket's close is no reset
    auto relay = tunnel(stage);
    Peer& sender = from_client ? relay.client : relay.app;
    try {
      for (int i = 0; i < 512; ++i) sender.socket().send(std::string(64 * 1024, 'x'), 1s);
      FAIL() << "32 MiB went somewhere";
    } catch (const WireError&) {
      // It is full.
    }
    sender.reset();
    EXPECT_TRUE(stage.metric_becomes("tunnels_open", 0));
  }
}

}  // namespace
}  // namespace e2e
