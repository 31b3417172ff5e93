// Slow request bodies: they wait in the sidecar before they occupy the app, and then keep a pace.

#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxySlowBody);

std::string upload(std::size_t length, const std::string& begin = "x") {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
         begin;
}

TEST_P(ProxySlowBody, WaitsUntilItIsWhole) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(upload(4, "ab"));
  EXPECT_TRUE(stage.listener().is_quiet(400ms)) << "the app is occupied by half a body";
  client.send("cd");
  auto app = stage.listener().accept(soon);
  EXPECT_EQ(app.request().body, "abcd");
  app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
}

TEST_P(ProxySlowBody, WaitsOneSecondAtMost) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  const auto begun = Clock::now();
  client.send(request_text("POST /", {"Transfer-Encoding: chunked"}) + chunk("ab"));
  auto app = stage.app();
  EXPECT_GE(Clock::now() - begun, 800ms);
  EXPECT_LT(Clock::now() - begun, 1s + 2 * soon);
  app.request_head();
  EXPECT_EQ(app.chunk(), "ab");
  client.send(chunk("cd") + "0\r\n\r\n");
  EXPECT_EQ(app.chunk(), "cd");
  EXPECT_EQ(app.chunk(), "");
}

TEST_P(ProxySlowBody, GoesOnWhen64KiBAreThere) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  const auto begun = Clock::now();
  client.send(upload(1'000'000, std::string(70'000, 'x')));
  auto app = stage.app();
  if (!sanitized) {
    EXPECT_LT(Clock::now() - begun, 900ms) << "waited though enough was there";
  }
  app.request_head();
  EXPECT_EQ(app.bytes(70'000), std::string(70'000, 'x'));
}

TEST_P(ProxySlowBody, GoesOnAtOnceWithExpect) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  const auto begun = Clock::now();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  auto app = stage.app();
  if (!sanitized) {
    EXPECT_LT(Clock::now() - begun, 900ms);
  }
  EXPECT_EQ(app.request_head().value("Expect"), "100-continue");
}

TEST_P(ProxySlowBody, IsLimitedInNumberByAddress) {
  ProxyStage stage(GetParam(), {.upstream = {"max_requests: 32"}});  // 2 an address
  auto one = stage.client(), two = stage.client();
  one.send(upload(2));
  auto app_of_one = stage.app();
  two.send(upload(2));
  auto app_of_two = stage.app();
  const auto refused = stage.ask(upload(2));
  expect_error(refused, 429, "address_limit");
  EXPECT_TRUE(refused.has("Retry-After"));
  EXPECT_EQ(stage.errors("address_limit"), 1);

  auto other = stage.client_from(0x7f000002);
  other.send(upload(2));
  auto app_of_other = stage.app();
  EXPECT_EQ(app_of_other.request_head().method(), "POST");
  auto whole = stage.relay(request_text("POST /", {}, "whole"));
  EXPECT_EQ(whole.seen.body, "whole");

  one.send("x");
  EXPECT_EQ(app_of_one.request().body, "xx");
  auto three = stage.client();
  three.send(upload(2));
  EXPECT_EQ(stage.app().request_head().method(), "POST") << "a finished body still counts";
}

// Each socket sends one byte and nothing more.
TEST_P(ProxySlowBody, LeavesPlacesToOthers) {
  ProxyStage stage(GetParam(), {.upstream = {"max_requests: 64"}});
  App app(stage.listener());
  std::vector<Peer> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(stage.client());
    slow.back().send(upload(9));
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(stage.ask(request_text("POST /", {}, "x")).status(), 200);
    std::this_thread::sleep_for(500ms);
  }
  EXPECT_TRUE(stage.metric_becomes("requests_open", 4)) << "64 places / 16, and no more";
}

// Two at once, because each takes ten seconds: a client that trickles, and an app that does not
// read while its client would send.
TEST(ProxyBodyRate, CountsOnlyTheTimeThatTheClientTakes) {
  ProxyStage stage("tcp");
  auto patient = stage.client();
  patient.send(upload(1'000'000'000));
  auto busy_app = stage.app();
  busy_app.request_head();
  patient.fill();

  auto slow = stage.client();
  slow.send(upload(1'000'000));
  auto app = stage.app();
  app.request_head();
  const auto begun = Clock::now();
  try {
    while (Clock::now() - begun < 20s * patience && slow.is_quiet(200ms)) slow.send("x");
  } catch (const WireError&) {
    // It has been answered.
  }
  EXPECT_EQ(slow.answer().status(), 408);
  EXPECT_GE(Clock::now() - begun, 9s);
  EXPECT_LT(Clock::now() - begun, 10s + 4 * soon);
  app.rest();
  EXPECT_EQ(stage.errors("body_timeout"), 1);
  EXPECT_EQ(stage.metric("requests_open"), 1) << "the patient client was ended too";
}

}  // namespace
}  // namespace e2e
