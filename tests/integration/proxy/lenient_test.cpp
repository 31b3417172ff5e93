// Responses of the app that bend the grammar without being ambiguous: nginx and Go take them too.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyLenient);

void expect_hello(ProxyStage& stage, const std::string& response) {
  SCOPED_TRACE(response);
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send(response);
  auto answer = client.answer();
  if (answer.status() == 103) answer = client.answer();
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.start.substr(0, 12), "HTTP/1.1 200");
  EXPECT_EQ(answer.body, "hello");
  app.close();
  ASSERT_TRUE(stage.metric_becomes("pool_idle", 0));
}

TEST_P(ProxyLenient, TakesAStatusLineWithoutTheLastSpace) {
  ProxyStage stage(GetParam());
  expect_hello(stage, "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello");
  expect_hello(stage, "HTTP/1.1 103\r\n\r\nHTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_P(ProxyLenient, TakesHeadsWithBareLineFeeds) {
  ProxyStage stage(GetParam());
  expect_hello(stage, "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello");
  expect_hello(stage, "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\n\r\nhello");
  expect_hello(stage, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\r\nhello\r\n0\r\n\r\n");
}

TEST_P(ProxyLenient, TakesLaterMinorVersions) {
  ProxyStage stage(GetParam());
  expect_hello(stage, "HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_P(ProxyLenient, TakesPaddedChunkSizes) {
  ProxyStage stage(GetParam());
  expect_hello(stage,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3   \r\nhel\r\n2 \t\r\nlo\r\n0  \r\n\r\n");
}

TEST_P(ProxyLenient, TakesThemByteByByte) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  for (const char c :
       std::string("HTTP/1.1 200\nTransfer-Encoding: chunked\n\n5  \r\nhello\r\n0 \r\n\r\n")) {
    app.send(std::string(1, c));
  }
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_P(ProxyLenient, RefusesOtherVersions) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send("HTTP/2.0 200 OK\nContent-Length: 5\n\nhello");
  expect_error(client.answer(), 502, "bad_answer");
}

}  // namespace
}  // namespace e2e
