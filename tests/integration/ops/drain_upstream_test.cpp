// The app's requests are forwarded to the end of the drain: until the app has gone too, the pod
// has no other door.

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

const std::vector<std::string> topics{"t: { from: local, publish: true }"};

bool is_forwarded(ProxyStage& stage, const std::string& path) {
  const auto answer = stage.ask(request_text("GET " + path));
  return answer.status() == 200 && answer.body.rfind("GET " + path, 0) == 0;
}

TEST(DrainUpstream, ForwardsRequestsUntilTheWindowEnds) {
  ProxyStage stage("tcp", {.server = {"drain_delay: 1s", "drain: 2s"}, .topics = topics});
  App app(stage.listener());
  auto streams = open_live(stage.sidecar().streams(), 40);
  auto kept = stage.client();
  kept.ask(request_text("GET /before"));
  const auto asked = Clock::now();
  stage.sidecar().process().signal(SIGTERM);
  int forwarded = 0, told = 0;
  while (Clock::now() - asked < 2500ms) {
    ASSERT_TRUE(is_forwarded(stage, "/on-a-new-one"));
    // It is told to come on another connection, and never left without an answer.
    const auto answer = kept.ask(request_text("GET /on-the-old-one"));
    ASSERT_EQ(answer.status(), 200);
    if (same_word(answer.value("Connection"), "close")) {
      ++told;
      kept = stage.client();
    }
    ++forwarded;
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_GT(forwarded, 10);
  EXPECT_GE(told, forwarded - 1) << "the first may have come before the signal";
  expect_shut_down(watch_endings(streams, 5s * patience), "drain", 2000, 6000);
  EXPECT_EQ(stage.sidecar().process().exit_status(3s * patience), 0);
}

TEST(DrainUpstream, ForwardsRequestsAfterTheHookWithoutStreams) {
  ProxyStage stage("tcp", {.server = {"drain: 500ms"}, .topics = topics});
  App app(stage.listener());
  auto streams = open_live(stage.sidecar().streams(), 5);
  const auto hook =
      run({sidestream_binary(), "--drain", "--config", stage.sidecar().config_path()});
  ASSERT_EQ(hook.status, 0) << hook.output;
  expect_shut_down(watch_endings(streams, 3s * patience), "drain", 2000, 6000);
  const auto gone = Clock::now();
  while (Clock::now() - gone < 3s) {
    ASSERT_TRUE(is_forwarded(stage, "/after-the-window"));
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(stage.sidecar().terminate(3s * patience), 0);
}

TEST(DrainUpstream, CompletesALongRequest) {
  ProxyStage stage("tcp", {.server = {"drain: 5s"}});
  auto [client, app, seen] = stage.relay(request_text("GET /long"));
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_FALSE(stage.sidecar().process().exit_status(1500ms)) << "it is not left alone";
  app.send(answer_text("200 OK", {}, "at last"));
  EXPECT_EQ(client.answer().body, "at last");
  EXPECT_EQ(stage.sidecar().process().exit_status(2s * patience), 0) << "nothing is left";
}

TEST(DrainUpstream, CompletesLongBodies) {
  ProxyStage stage("tcp", {.server = {"drain: 5s"}});
  auto client = stage.client();
  client.send("POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.bytes(4), "half");
  auto out = stage.relay(request_text("GET /out"));
  out.app.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
  EXPECT_EQ(out.client.answer_head().status(), 200);
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_FALSE(stage.sidecar().process().exit_status(1s));
  client.send("more");
  EXPECT_EQ(app.bytes(4), "more");
  app.send(answer_text("201 Created"));
  EXPECT_EQ(client.answer().status(), 201);
  out.app.send("more");
  EXPECT_EQ(out.client.bytes(8), "halfmore");
  EXPECT_EQ(stage.sidecar().process().exit_status(2s * patience), 0);
}

// A request for ever cannot hold the pod for ever.
TEST(DrainUpstream, CutsEndlessRequestsAtTheEndOfTheWindow) {
  ProxyStage stage("tcp", {.server = {"drain: 1s"}});
  auto relay = stage.relay(request_text("GET /for-ever"));
  const auto asked = Clock::now();
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
  EXPECT_LT(Clock::now() - asked, 3s + 500ms * patience) << "drain + 2 s";
}

}  // namespace
}  // namespace e2e
