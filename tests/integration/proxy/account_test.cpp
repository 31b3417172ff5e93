// What operators see: metrics, access lines, readiness, and errors in the file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <boost/json.hpp>
#include <sstream>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

ON_BOTH(ProxyAccount);

std::vector<boost::json::object> access_lines(Sidecar& sidecar) {
  std::vector<boost::json::object> found;
  std::istringstream lines(sidecar.log());
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code error;
    const auto json = boost::json::parse(line, error);
    if (error || !json.is_object()) continue;
    const auto* message = json.as_object().if_contains("message");
    if (message && message->is_string() && message->as_string() == "request")
      found.push_back(json.as_object());
  }
  return found;
}

TEST_P(ProxyAccount, WritesJsonLinesForAnyTarget) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  stage.ask(request_text("GET /caf\xe9"));
  stage.ask(request_text("GET /caf\xc3\xa9"));
  ASSERT_TRUE(eventually([&] { return access_lines(stage.sidecar()).size() == 2; }));
  const auto lines = access_lines(stage.sidecar());
  EXPECT_EQ(lines[0].at("path").as_string(), "/caf\\xE9");
  EXPECT_EQ(lines[1].at("path").as_string(), "/caf\xc3\xa9");
}

TEST_P(ProxyAccount, CountsRequests) {
  ProxyStage stage(GetParam());
  {
    App app(stage.listener(), [](Peer& peer, const Message& request) {
      peer.send(answer_text(request.target() == "/404" ? "404 Not Found" : "200 OK", {},
                            std::string(5000, 'x')));
      return true;
    });
    auto client = stage.client();
    for (int i = 0; i < 3; ++i) client.ask(request_text("POST /", {}, std::string(7000, 'y')));
    client.ask(request_text("GET /404"));
    ASSERT_TRUE(stage.metric_becomes("pool_idle", 1));
    const auto metrics = stage.sidecar().metrics();
    const auto sum = [&](const std::string& name, const std::vector<std::string>& labels = {}) {
      return metrics.sum("sidestream_upstream_" + name, labels);
    };
    EXPECT_EQ(sum("requests_total", {"code=\"200\""}), 3);
    EXPECT_EQ(sum("requests_total", {"code=\"404\""}), 1);
    EXPECT_EQ(sum("requests_open"), 0);
    EXPECT_EQ(sum("tunnels_open"), 0);
    EXPECT_EQ(sum("connections_total"), 1);
    EXPECT_EQ(sum("request_duration_seconds_count"), 4);
    EXPECT_EQ(sum("first_byte_seconds_count"), 4);
    EXPECT_GE(sum("bytes_total", {"direction=\"in\""}), 3 * 7000);
    EXPECT_LT(sum("bytes_total", {"direction=\"in\""}), 3 * 7000 + 10'000);
    EXPECT_GE(sum("bytes_total", {"direction=\"out\""}), 4 * 5000);
    EXPECT_LT(sum("bytes_total", {"direction=\"out\""}), 4 * 5000 + 10'000);
    EXPECT_EQ(sum("errors_total"), 0);
  }
  EXPECT_TRUE(stage.metric_becomes("pool_idle", 0)) << "the app has closed";
}

// An app chooses its statuses; a series for each of them would be its choice too.
TEST_P(ProxyAccount, CountsRareStatusesByClass) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    peer.send(answer_text(request.target().substr(1) + " X"));
    return true;
  });
  auto client = stage.client();
  for (const int status : {200, 201, 299, 418, 451, 500, 599, 600}) {
    client.ask(request_text("GET /" + std::to_string(status)));
  }
  const auto requests = [&](const std::string& code) {
    return stage.metric("requests_total", {"code=\"" + code + "\""});
  };
  EXPECT_EQ(requests("200"), 1);
  EXPECT_EQ(requests("2xx"), 2);
  EXPECT_EQ(requests("4xx"), 2);
  EXPECT_EQ(requests("5xx"), 1);
  EXPECT_EQ(requests("other"), 1);
  EXPECT_EQ(requests("418"), 0);
  EXPECT_EQ(stage.metric("requests_total"), 8);
}

TEST_P(ProxyAccount, CountsOpenRequests) {
  ProxyStage stage(GetParam());
  auto relay = stage.relay(request_text("GET /"));
  EXPECT_EQ(stage.metric("requests_open"), 1);
  relay.app.send(answer_text("200 OK"));
  EXPECT_EQ(relay.client.answer().status(), 200);
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
}

TEST_P(ProxyAccount, LogsEachRequest) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  stage.ask(request_text("PUT /a/b?secret=1", {}, "x"));
  stage.ask(request_text("GET /quote\"\\{}"));
  ASSERT_TRUE(eventually([&] { return access_lines(stage.sidecar()).size() >= 2; }));
  const auto lines = access_lines(stage.sidecar());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("method").as_string(), "PUT");
  EXPECT_THAT(std::string(lines[0].at("path").as_string()), HasSubstr("/a/b"));
  EXPECT_THAT(boost::json::serialize(lines[0]), HasSubstr("\"duration"));  // and its unit
  const auto& status = lines[0].at("status");
  EXPECT_EQ(status.is_string() ? std::stoll(std::string(status.as_string()))
                               : status.to_number<std::int64_t>(),
            200);
  EXPECT_EQ(lines[1].at("path").as_string(), "/quote\"\\{}");
}

TEST_P(ProxyAccount, LogsErrors) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  stage.ask(request_text("GET /gone"));
  ASSERT_TRUE(eventually([&] { return access_lines(stage.sidecar()).size() == 1; }));
  EXPECT_THAT(boost::json::serialize(access_lines(stage.sidecar())[0]), HasSubstr("502"));
}

TEST_P(ProxyAccount, LogsEveryNthRequest) {
  for (const int n : {0, 5}) {
    ProxyStage stage(GetParam(), {.upstream = {"access_log: " + std::to_string(n)}});
    App app(stage.listener());
    auto client = stage.client();
    for (int i = 0; i < 20; ++i) client.ask(request_text("GET /"));
    const std::size_t wanted = n == 0 ? 0 : 20 / static_cast<std::size_t>(n);
    EXPECT_TRUE(
        eventually([&] { return access_lines(stage.sidecar()).size() == wanted; }, 3s * patience));
    EXPECT_EQ(access_lines(stage.sidecar()).size(), wanted);
  }
}

TEST_P(ProxyAccount, IsReadyWhenTheAppIs) {
  ProxyStage stage(GetParam(), {.upstream = {"readiness: /healthz"}});
  std::atomic<int> status{200};
  {
    App app(stage.listener(), [&](Peer& peer, const Message& request) {
      peer.send(
          answer_text(std::to_string(request.target() == "/healthz" ? status.load() : 404) + " X"));
      return true;
    });
    EXPECT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 200; }));
    status = 503;
    EXPECT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }));
    status = 200;
    EXPECT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 200; }));
  }
  stage.listener().close();
  EXPECT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }));
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200)
      << "the app's trouble restarts nobody";
}

TEST_P(ProxyAccount, IsReadyWithoutAReadinessPath) {
  ProxyStage stage(GetParam());
  stage.listener().close();
  EXPECT_EQ(stage.sidecar().ready_status(), 200);
}

// A request that is under way when the process is asked to end gets its answer.
TEST_P(ProxyAccount, FinishesRequestsWhenDraining) {
  ProxyStage stage(GetParam(), {.server = {"drain: 10s"}});
  auto relay = stage.relay(request_text("GET /"));
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_TRUE(relay.client.is_quiet(500ms));
  relay.app.send(answer_text("200 OK", {}, "done"));
  EXPECT_EQ(relay.client.answer().body, "done");
  EXPECT_EQ(stage.sidecar().process().exit_status(10s * patience), 0);
}

std::string check(const std::string& server) {
  TempDir folder;
  const auto checked = run(
      {sidestream_binary(), "--check", "--config", folder.write("c.yaml", "server:\n" + server)});
  return std::to_string(checked.status) + " " + checked.output;
}

TEST(ProxyConfig, RejectsInvalidSettings) {
  const std::string good = "  upstream: { url: \"http://127.0.0.1:8000\" }\n";
  EXPECT_EQ(check(good).substr(0, 2), "0 ");
  EXPECT_EQ(check("  upstream: { url: \"unix:/run/app.sock\" }\n").substr(0, 2), "0 ");
  EXPECT_EQ(check(good + "  trusted_proxies: [\"10.0.0.0/8\", \"fd00::/8\"]\n").substr(0, 2), "0 ");
  for (const std::string bad :
       {"  upstream: {}\n", "  upstream: { url: \"ftp://x\" }\n", "  upstream: { url: 5 }\n",
        "  upstream: { url: \"http://\" }\n", "  upstream: { url: \"unix:\" }\n",
        "  upstream: { url: \"http://127.0.0.1:99999\" }\n",
        "  upstream: { url: \"http://a/path\" }\n"}) {
    EXPECT_EQ(check(bad).substr(0, 2), "2 ") << bad << check(bad);
  }
  const std::vector<std::pair<std::string, std::string>> keys{
      {"  upstream: { url: \"http://127.0.0.1:1\", connect_timout: 2s }\n", "connect_timeout"},
      {"  upstream: { url: \"http://127.0.0.1:1\", first_byte_timeout: soon }\n",
       "first_byte_timeout"},
      {"  upstream: { url: \"http://127.0.0.1:1\", max_requests: -1 }\n", "max_requests"},
      {"  upstream: { url: \"http://127.0.0.1:1\", readiness: healthz }\n", "readiness"},
      {good + "  trusted_proxies: [\"10.0.0.0/33\"]\n", "trusted_proxies"},
      {good + "  trusted_proxies: [\"nonsense\"]\n", "trusted_proxies"}};
  for (const auto& [text, named] : keys) {
    EXPECT_EQ(check(text).substr(0, 2), "2 ") << text;
    EXPECT_THAT(check(text), HasSubstr(named));
  }
}

}  // namespace
}  // namespace e2e
