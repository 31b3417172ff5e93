// What the log says of publishes, refusals and client errors.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

const std::string trusting = "trusted_proxies: [\"127.0.0.0/8\"]";

using Lines = std::vector<boost::json::object>;

// The lines with this message, once there are `count`.
Lines lines_of(Stage& stage, const std::string& message, std::size_t count) {
  Lines found;
  EXPECT_TRUE(eventually([&] {
    found = log_lines(stage.sidecar().log());
    std::erase_if(found, [&](const auto& line) { return text_of(line, "message") != message; });
    return found.size() >= count;
  })) << stage.sidecar().log();
  return found;
}

std::int64_t status_of(const boost::json::object& line) {
  return line.at("status").to_number<std::int64_t>();
}

TEST(RequestLog, HasALineForAPublish) {
  Stage stage("embedded", {.server = {trusting}});
  post(stage.sidecar().streams(), Stage::path, "hello", {{"X-Forwarded-For", "203.0.113.9"}});
  const auto lines = lines_of(stage, "published", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(text_of(lines[0], "topic"), "t");
  EXPECT_EQ(status_of(lines[0]), 201);
  EXPECT_EQ(text_of(lines[0], "client"), "203.0.113.9");
  EXPECT_EQ(text_of(lines[0], "peer"), "127.0.0.1");
}

TEST(RequestLog, HasALineForAClientError) {
  Stage stage("embedded", {.server = {trusting}});
  const Headers from{{"X-Forwarded-For", "203.0.113.9"}};
  get(stage.sidecar().streams(), "/events/none?token=S3CRET", from);
  get(stage.sidecar().streams(), std::string(Stage::path) + "?tail=x", from);
  const auto lines = lines_of(stage, "request refused", 2);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(status_of(lines[0]), 404);
  EXPECT_EQ(text_of(lines[0], "path"), "/events/none");
  EXPECT_EQ(status_of(lines[1]), 400);
  EXPECT_NE(text_of(lines[1], "reason").find("tail"), std::string::npos);
  for (const auto& line : lines) {
    EXPECT_EQ(text_of(line, "method"), "GET");
    EXPECT_EQ(text_of(line, "client"), "203.0.113.9");
    EXPECT_EQ(text_of(line, "peer"), "127.0.0.1");
  }
  EXPECT_EQ(stage.sidecar().log().find("S3CRET"), std::string::npos);
}

TEST(RequestLog, HasALineForAMalformedRequest) {
  Stage stage("embedded");
  HttpConnection client(stage.sidecar().streams());
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  const auto lines = lines_of(stage, "request refused", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(status_of(lines[0]), 400);
  EXPECT_EQ(text_of(lines[0], "client"), "127.0.0.1");
}

TEST(RequestLog, SamplesPublishesButNoRefusals) {
  Stage stage("embedded", {.server = {"access_log: 0"}});
  post(stage.sidecar().streams(), Stage::path, "hello");
  post(stage.sidecar().streams(), Stage::path, "hello", {{"Origin", "https://evil.example"}});
  const auto lines = lines_of(stage, "publish refused", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(status_of(lines[0]), 403);
  EXPECT_TRUE(lines_of(stage, "published", 0).empty());
}

TEST(RequestLog, HasALineForARefusedPublishWithTheLimitsName) {
  Stage stage("embedded", {.server = {"limits: { publishes_per_second: 1 }"}});
  for (int i = 0; i < 3; ++i) post(stage.sidecar().streams(), Stage::path, "hello");
  const auto lines = lines_of(stage, "publish refused", 1);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(status_of(lines[0]), 429);
  EXPECT_EQ(text_of(lines[0], "reason"), "publishes_per_second");
}

TEST(RequestLog, WritesFewLinesAboutAFloodAndCountsTheOthers) {
  Stage stage("embedded");
  HttpConnection client(stage.sidecar().streams());
  constexpr int flood = 1000;
  for (int i = 0; i < flood; ++i) {
    ASSERT_EQ(client.exchange({.target = "/nothing"}).status, 404);
  }
  EXPECT_LE(lines_of(stage, "request refused", 1).size(), flood / 5u);
}

TEST(RequestLog, HasNoLineForReadiness) {
  Stage stage("embedded");
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return stage.sidecar().ready_status() == 503; }));
  EXPECT_TRUE(lines_of(stage, "request refused", 0).empty());
}

}  // namespace
}  // namespace e2e
