// The client's connection: heads that do not end, ends that a slow client must see, old versions.

#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyConnection);

TEST_P(ProxyConnection, Returns400AtOnceForARequestLineWithoutVersion) {
  ProxyStage stage(GetParam());
  for (const std::string& line :
       {std::string("GET / \r\n"), std::string("GET /\r\n"), std::string("GET / HTTP/1.1\n")}) {
    auto client = stage.client();
    const auto begun = Clock::now();
    client.send(line);
    EXPECT_EQ(client.answer().status(), 400) << line;
    EXPECT_LT(Clock::now() - begun, 3 * soon);
    EXPECT_TRUE(client.closes());
  }
  EXPECT_TRUE(stage.listener().is_quiet(50ms));
}

// Two at once, because each takes ten seconds: a first and a later head.
TEST_P(ProxyConnection, Returns408ForAHeadThatDoesNotEnd) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto later = stage.client();
  EXPECT_EQ(later.ask(request_text("GET /")).status(), 200);
  auto first = stage.client();
  const auto begun = Clock::now();
  const std::string part = "GET / HTTP/1.1\r\nHost: a\r\n";
  first.send(part);
  later.send(part);
  for (auto* client : {&first, &later}) {
    EXPECT_EQ(client->answer(15s * patience).status(), 408);
    EXPECT_GE(Clock::now() - begun, 9s);
    EXPECT_LT(Clock::now() - begun, 10s + 4 * soon);
    EXPECT_TRUE(client->closes());
  }
}

TEST_P(ProxyConnection, ClosesAConnectionWithoutARequestSilently) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  EXPECT_EQ(client.rest(15s * patience), "");
}

// Python's http.client reads the response only after it has sent its whole body.
TEST_P(ProxyConnection, LetsAClientReadTheResponseAfterItsWholeBody) {
  ProxyStage stage(GetParam(), {.upstream = {"max_body: 1KiB"}});
  auto client = stage.client();
  const std::string part(256 * 1024, 'x');
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(16 * part.size()) +
              "\r\n\r\n");
  for (int i = 0; i < 16; ++i) {  // 4 MiB in 3 s
    ASSERT_NO_THROW(client.send(part)) << "cut after " << i;
    std::this_thread::sleep_for(200ms);
  }
  EXPECT_EQ(client.answer().status(), 413);
  EXPECT_TRUE(client.closes());
}

TEST_P(ProxyConnection, AnswersHttp10ClientsInHttp11) {
  ProxyStage stage(GetParam(), {.topics = {"t: { from: local }"}});
  stage.listener().close();
  for (const std::string target : {"/app", "/events/t?from=earliest&since=1"}) {
    auto client = stage.client();
    client.send("GET " + target + " HTTP/1.0\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.answer().start.substr(0, 9), "HTTP/1.1 ") << target;
    EXPECT_TRUE(client.closes());
  }
  auto stream = stage.client();
  stream.send("GET /events/t HTTP/1.0\r\nHost: a\r\n\r\n");
  const auto head = stream.answer_head();
  EXPECT_EQ(head.start, "HTTP/1.1 200 OK");
  EXPECT_FALSE(head.has("Transfer-Encoding"));
}

TEST_P(ProxyConnection, DropsExpectOfHttp10Clients) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send(
      "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody");
  auto app = stage.app();
  const auto seen = app.request();
  EXPECT_FALSE(seen.has("Expect"));
  EXPECT_EQ(seen.body, "body");
  app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(client.answer().body, "done");
}

}  // namespace
}  // namespace e2e
