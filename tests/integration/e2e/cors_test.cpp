// Pages of other origins: off by default, exact where configured, and on errors too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* app = "https://app.example.com";
const std::string exact =
    "cors: { origins: [\"https://app.example.com\", \"http://localhost:3000\"], credentials: true "
    "}";

Response preflight(Stage& stage, const std::string& origin,
                   const std::string& headers = "last-event-id",
                   const std::string& method = "GET") {
  return fetch(stage.sidecar().streams(),
               {.target = Stage::path,
                .method = "OPTIONS",
                .headers = {{"Origin", origin},
                            {"Access-Control-Request-Method", method},
                            {"Access-Control-Request-Headers", headers}}});
}

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TEST(Cors, IsOffByDefault) {
  Stage stage("embedded");
  const auto stream = stage.open("", {{"Origin", app}});
  EXPECT_FALSE(stream.head().has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(preflight(stage, app).has("Access-Control-Allow-Origin"));
}

TEST(Cors, EchoesAListedOriginWithCredentials) {
  Stage stage("embedded", {.server = {exact}});
  for (const auto* origin : {app, "http://localhost:3000"}) {
    const auto head = stage.open("", {{"Origin", origin}}).head();
    EXPECT_EQ(head.header("Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(head.header("Access-Control-Allow-Credentials"), "true");
    EXPECT_THAT(head.header("Vary").value_or(""), HasSubstr("Origin"));
  }
}

TEST(Cors, SendsNothingToOtherOrigins) {
  Stage stage("embedded", {.server = {exact}});
  for (const auto* origin :
       {"https://evil.example.com", "https://app.example.com.evil.com", "http://app.example.com",
        "https://app.example.com:8443", "null", "*", "https://APP.example.com/"}) {
    const auto head = stage.open("", {{"Origin", origin}}).head();
    EXPECT_FALSE(head.has("Access-Control-Allow-Origin")) << origin;
    EXPECT_FALSE(head.has("Access-Control-Allow-Credentials")) << origin;
    EXPECT_FALSE(preflight(stage, origin).has("Access-Control-Allow-Origin")) << origin;
    EXPECT_THAT(head.header("Vary").value_or(""), HasSubstr("Origin"))
        << "or a cache mixes them up";
  }
}

TEST(Cors, ServesRequestsWithoutOrigin) {
  Stage stage("embedded", {.server = {exact}});
  EXPECT_FALSE(stage.open().head().has("Access-Control-Allow-Origin"));
}

TEST(Cors, SendsTheStarWithoutCredentials) {
  Stage stage("embedded", {.server = {"cors: { origins: [\"*\"] }"}});
  const auto head = stage.open("", {{"Origin", "https://anyone.example"}}).head();
  EXPECT_EQ(head.header("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(head.has("Access-Control-Allow-Credentials"));
}

TEST(Cors, AllowsClientHeadersInPreflights) {
  Stage stage("embedded", {.server = {exact}});
  const auto response =
      preflight(stage, app, "authorization,cache-control,content-type,last-event-id");
  EXPECT_TRUE(response.status == 200 || response.status == 204) << response.raw;
  EXPECT_EQ(response.header("Access-Control-Allow-Origin"), app);
  EXPECT_EQ(response.header("Access-Control-Allow-Credentials"), "true");
  const auto headers = lower(response.header("Access-Control-Allow-Headers").value_or(""));
  for (const auto* name : {"last-event-id", "authorization", "cache-control", "content-type"}) {
    EXPECT_THAT(headers, HasSubstr(name));
  }
  const auto methods = response.header("Access-Control-Allow-Methods").value_or("");
  EXPECT_THAT(methods, HasSubstr("GET"));
  EXPECT_THAT(methods, HasSubstr("POST"));
  EXPECT_GT(std::stoi(response.header("Access-Control-Max-Age").value_or("0")), 0);
}

TEST(RedisCors, AllowsNoPostWithoutPublish) {
  Stage stage("redis", {.server = {exact}});
  const auto response = preflight(stage, app, "content-type", "POST");
  EXPECT_THAT(response.header("Access-Control-Allow-Methods").value_or(""), Not(HasSubstr("POST")));
}

TEST(Cors, SendsHeadersOnErrors) {
  Stage stage("embedded", {.server = {exact}, .topic = "max_event: 1KiB"});
  const Headers origin{{"Origin", app}};
  const auto& to = stage.sidecar().streams();
  const std::string path = Stage::path;
  for (const auto& response :
       {get(to, path + "?since=never", origin), get(to, "/events/nope", origin),
        post(to, path, std::string(2000, 'x'), origin), post(to, path, "x", origin),
        fetch(to, {.target = path, .method = "DELETE", .headers = origin})}) {
    EXPECT_EQ(response.header("Access-Control-Allow-Origin"), app) << response.raw;
    EXPECT_EQ(response.header("Access-Control-Allow-Credentials"), "true") << response.status;
  }
}

TEST(Cors, SendsHeadersAboveMaxConnections) {
  Stage stage("embedded", {.server = {exact, "max_connections: 1"}});
  const auto stream = stage.live();
  EXPECT_EQ(stage.open("", {{"Origin", app}}).head().header("Access-Control-Allow-Origin"), app);
}

TEST(Cors, UsesTheTopicsCors) {
  Stage stage("embedded",
              {.server = {exact}, .topic = "cors: { origins: [\"https://other.example\"] }"});
  const auto head = stage.open("", {{"Origin", "https://other.example"}}).head();
  EXPECT_EQ(head.header("Access-Control-Allow-Origin"), "https://other.example");
  EXPECT_FALSE(head.has("Access-Control-Allow-Credentials"));
  EXPECT_FALSE(stage.open("", {{"Origin", app}}).head().has("Access-Control-Allow-Origin"));
}

TEST(Cors, AnswersPlainOptionsRequests) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  const auto response = connection.exchange({.target = Stage::path, .method = "OPTIONS"});
  EXPECT_LT(response.status, 500);
  EXPECT_EQ(connection.exchange({.target = "/nope"}).status, 404) << "and the connection goes on";
}

}  // namespace
}  // namespace e2e
