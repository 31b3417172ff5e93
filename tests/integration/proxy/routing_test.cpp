// Which requests are ours and which the app's, and that nothing of ours is reached by a detour.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"
#include "tests/support/harness/event_stream.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

ON_BOTH(ProxyRouting);

const Proxying with_topics{
    .server = {"max_connections: 1", "cors: { origins: [\"https://app.example.com\"] }"},
    .topics = {"t: { from: local }", "inbox: { from: local, publish: true }",
               "chat: { from: local, path: \"/chat/{room}\", stream: \"chat:{room}\" }"}};

// "" where the app did not see it.
std::string seen_by_app(ProxyStage& stage, const std::string& request) {
  App app(stage.listener());
  const auto answer = stage.ask(request);
  return answer.value("X-Seen");
}

TEST_P(ProxyRouting, SendsOtherPathsToTheApp) {
  ProxyStage stage(GetParam(), with_topics);
  for (const std::string line :
       {"GET /", "GET /events", "GET /events?", "GET /events?other=t", "GET /events/",
        "GET /events/unknown", "POST /events", "DELETE /events/t", "PUT /events/t",
        "POST /events/t", "OPTIONS /events/t", "POST /chat/a", "GET /chat", "GET /metrics",
        "GET /livez", "GET /readyz", "GET /topics", "GET /Events/t"}) {
    EXPECT_EQ(seen_by_app(stage, request_text(line)), line);
  }
}

TEST_P(ProxyRouting, ServesTopics) {
  ProxyStage stage(GetParam(), with_topics);
  for (const std::string line :
       {"HEAD /events/t", "POST /events/inbox", "HEAD /events?topic=t",
        "HEAD /events?a=b&topic=t&topic=inbox", "HEAD /chat/a", "HEAD /events/t?from=earliest"}) {
    EXPECT_EQ(seen_by_app(stage, request_text(line)), "") << line;
  }
  EXPECT_EQ(
      seen_by_app(stage, request_text("OPTIONS /events/t", {"Origin: https://app.example.com",
                                                            "Access-Control-Request-Method: GET"})),
      "");
  for (const std::string target : {"/events/t", "/events?topic=t"}) {
    EventStream stream(stage.sidecar().streams(), target);
    stream.control("stream-open");
    stream.drop();
    ASSERT_TRUE(eventually([&] {
      return stage.sidecar().metrics().sum("sidestream_streams") == 0 ||
             !stage.sidecar().metrics().has("sidestream_streams");
    }));
  }
  EXPECT_TRUE(stage.listener().is_quiet(50ms));
}

TEST_P(ProxyRouting, PublishesToTopics) {
  ProxyStage stage(GetParam(), with_topics);
  EventStream stream(stage.sidecar().streams(), "/events/inbox");
  stream.control("stream-open");
  EXPECT_EQ(stage.ask(request_text("POST /events/inbox", {}, "hello")).status(), 201);
  EXPECT_EQ(stream.record().data, "hello");
}

TEST_P(ProxyRouting, MaxConnectionsLimitsStreamsOnly) {
  ProxyStage stage(GetParam(), with_topics);
  App app(stage.listener());
  EventStream stream(stage.sidecar().streams(), "/events/t");
  stream.control("stream-open");
  std::vector<Peer> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(stage.client());
    EXPECT_EQ(clients.back().ask(request_text("GET /x")).body, "GET /x\n");
  }
}

TEST_P(ProxyRouting, ServesTopicsAndAppOnOneConnection) {
  ProxyStage stage(GetParam(), with_topics);
  App app(stage.listener());
  auto client = stage.client();
  EXPECT_EQ(client.ask(request_text("POST /app", {}, "x")).body, "POST /app\nx");
  EXPECT_EQ(client.ask(request_text("POST /events/inbox", {}, "x")).status(), 201);
  EXPECT_EQ(client.ask(request_text("GET /app")).body, "GET /app\n");
  client.send(request_text("GET /app/2") + request_text("GET /events/t"));
  EXPECT_EQ(client.answer().body, "GET /app/2\n");
  EXPECT_EQ(client.answer_head().value("Content-Type").substr(0, 17), "text/event-stream");
}

TEST_P(ProxyRouting, WorksWithoutTopics) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  EXPECT_EQ(stage.ask(request_text("GET /events?topic=t")).status() / 100 > 0, true);
  EXPECT_EQ(stage.ask(request_text("GET /events/t")).body, "GET /events/t\n");
}

TEST_P(ProxyRouting, DoesNotReachTheAdminPort) {
  ProxyStage stage(GetParam(), with_topics);
  const auto admin = stage.sidecar().admin().text();
  for (const std::string& request :
       {"GET http://" + admin + "/metrics HTTP/1.1\r\nHost: " + admin + "\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: " + admin + "\r\n\r\n",
        "GET //" + admin + "/metrics HTTP/1.1\r\nHost: " + admin + "\r\n\r\n",
        std::string("GET /x/../metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
        "GET @" + admin + "/metrics HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET " + admin + "/metrics HTTP/1.1\r\nHost: a\r\n\r\n",
        std::string("GET http://[::1]:9090/metrics HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    App app(stage.listener());
    auto client = stage.client();
    client.send(request);
    const auto answer = client.answer();
    EXPECT_THAT(answer.body, Not(HasSubstr("sidestream_"))) << request;
    EXPECT_TRUE(answer.status() >= 400 || answer.has("X-Seen")) << request;
  }
  EXPECT_EQ(stage.sidecar().metrics().has("sidestream_upstream_requests_total"), true);
}

// A redirect is the client's to follow.
TEST_P(ProxyRouting, ForwardsRedirectsUnchanged) {
  ProxyStage stage(GetParam(), with_topics);
  auto relay = stage.relay(request_text("GET /go"));
  const auto where = "http://" + stage.sidecar().admin().text() + "/metrics";
  relay.app.send(answer_text("302 Found", {"Location: " + where, "X-Accel-Redirect: /events/t"}));
  const auto answer = relay.client.answer();
  EXPECT_EQ(answer.status(), 302);
  EXPECT_EQ(answer.value("Location"), where);
}

// The admin port knows nothing of the app.
TEST_P(ProxyRouting, KeepsTheAppOffTheAdminPort) {
  ProxyStage stage(GetParam());
  EXPECT_EQ(get(stage.sidecar().admin(), "/anything").status, 404);
  EXPECT_TRUE(stage.listener().is_quiet(50ms));
}

}  // namespace
}  // namespace e2e
