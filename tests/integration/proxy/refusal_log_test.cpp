// Log lines of requests for the app that Sidestream refuses, and the descriptors that it keeps.

#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ProxyRefusalLog, HasALineWithoutAccessLog) {
  ProxyStage stage("tcp", {.upstream = {"max_requests: 1", "access_log: 0"}});
  auto [client, app, seen] = stage.relay(request_text("GET /slow"));
  expect_error(stage.ask(request_text("GET /other")), 503, "busy");
  EXPECT_TRUE(eventually([&] { return count(stage.sidecar().log(), "request refused") == 1; }));
  const auto log = stage.sidecar().log();
  for (const auto* part : {"\"reason\":\"busy\"", "\"path\":\"/other\"", "\"status\":503",
                           "\"client\":\"127.0.0.1\"", "\"peer\":\"127.0.0.1\""}) {
    EXPECT_NE(log.find(part), std::string::npos) << part << " in " << log;
  }
}

TEST(ProxyRefusalLog, HasOneLineWithAccessLog) {
  ProxyStage stage("tcp", {.upstream = {"max_requests: 1"}});
  auto [client, app, seen] = stage.relay(request_text("GET /slow"));
  expect_error(stage.ask(request_text("GET /other")), 503, "busy");
  EXPECT_TRUE(eventually([&] { return count(stage.sidecar().log(), "\"cause\":\"busy\"") == 1; }));
  EXPECT_EQ(count(stage.sidecar().log(), "request refused"), 0u);
}

TEST(ProxyDescriptors, AreKeptForTheAdminPort) {
  ProxyStage stage("tcp", {.topics = {"t: { from: local }"}});
  // Above the limit there may be descriptors that this process has inherited.
  auto& process = stage.sidecar().process();
  ASSERT_EQ(
      run({"/usr/bin/prlimit", "--pid", std::to_string(process.pid()), "--nofile=160:160"}).status,
      0);
  // Streams take all descriptors but the reserved ones, and one for the client below.
  constexpr int before_reserve = 160 - 64 - 1;
  std::vector<Peer> streams;
  EXPECT_TRUE(eventually([&] {
    for (int more = before_reserve - process.descriptors(160); more > 0; --more) {
      streams.push_back(stage.client());
      streams.back().send("GET /events/t HTTP/1.1\r\nHost: a\r\n\r\n");
      streams.back().through("stream-open");
    }
    std::this_thread::sleep_for(100ms);  // what the start of the test left may close
    return process.descriptors(160) == before_reserve;
  }));
  const auto refused = stage.ask(request_text("GET /x"));
  expect_error(refused, 503, "busy");
  EXPECT_TRUE(refused.has("Retry-After"));
  EXPECT_EQ(stage.errors("busy"), 1);
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200);
  streams.resize(streams.size() / 2);
  EXPECT_TRUE(eventually([&] { return process.descriptors(160) < 160 - 64 - 10; }));
  stage.relay(request_text("GET /y"));
}

}  // namespace
}  // namespace e2e
