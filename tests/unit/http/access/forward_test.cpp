#include <gtest/gtest.h>

#include "sidecar/http/access/forward_answer.hpp"
#include "sidecar/http/access/forward_question.hpp"

namespace sidestream {
namespace {

using Kind = ForwardAnswer::Kind;

AccessSettings settings() {
  AccessSettings access;
  access.token_from = {{TokenSource::Kind::query, "ticket"}};
  access.forward.emplace();
  access.forward->url = "http://127.0.0.1/auth";
  access.forward->claims = {{"sub", "x-user"}, {"tenant", "x-tenant"}};
  return access;
}

Request request(Fields headers, Fields query = {}) {
  Request made;
  made.method = "GET";
  made.segments = {"events", "t"};
  made.headers = std::move(headers);
  made.query = std::move(query);
  return made;
}

std::string header(const ForwardQuestion& question, std::string_view name) {
  for (const auto& [key, value] : question.headers)
    if (key == name) return value;
  return "absent";
}

ForwardAnswer read(unsigned status, FetchHeaders headers = {}, std::string body = {}) {
  return read_answer({status, std::move(headers), std::move(body)}, settings(),
                     std::chrono::sys_seconds(std::chrono::seconds(1000)));
}

TEST(ForwardQuestion, PassesItsHeadersOnAndNoOthers) {
  const auto question = make_question(
      request({{"cookie", "s=1"}, {"x-other", "no"}, {"host", "shop"}}), "t", {}, settings());
  EXPECT_EQ(header(*question, "cookie"), "s=1");
  EXPECT_EQ(header(*question, "x-other"), "absent");
  EXPECT_EQ(header(*question, "authorization"), "absent");
  EXPECT_EQ(header(*question, "X-Forwarded-Host"), "shop");
}

TEST(ForwardQuestion, JoinsCookiesWithSemicolons) {
  const auto question =
      make_question(request({{"cookie", "s=1"}, {"cookie", "t=2"}}), "t", {}, settings());
  EXPECT_EQ(header(*question, "cookie"), "s=1; t=2");
}

TEST(ForwardQuestion, LeavesTicketsOutOfTheUri) {
  const auto question =
      make_question(request({}, {{"a b", "c&d"}, {"ticket", "secret"}}), "t", {}, settings());
  EXPECT_EQ(header(*question, "X-Forwarded-Uri"), "/events/t?a%20b=c%26d&ticket=");
  EXPECT_EQ(header(*question, "X-Original-URI"), "/events/t?a%20b=c%26d&ticket=");
}

TEST(ForwardQuestion, BelievesForwardedHeadersOfTrustedProxiesOnly) {
  Request asked = request({{"host", "inner"},
                           {"x-forwarded-host", "shop.example.com"},
                           {"x-forwarded-proto", "https"}});
  EXPECT_EQ(header(*make_question(asked, "t", {}, settings()), "X-Forwarded-Host"), "inner");
  asked.from_trusted_proxy = true;
  const auto trusted = make_question(asked, "t", {}, settings());
  EXPECT_EQ(header(*trusted, "X-Forwarded-Host"), "shop.example.com");
  EXPECT_EQ(header(*trusted, "X-Forwarded-Proto"), "https");
}

TEST(ForwardQuestion, IsEqualForEqualClientsAndTopics) {
  const auto key = [](const Request& asked, const std::string& topic, const PathParameters& path) {
    return make_question(asked, topic, path, settings())->key;
  };
  const Request one = request({{"cookie", "s=1"}});
  Request post = one;
  post.method = "POST";
  EXPECT_EQ(key(one, "t", {}), key(request({{"cookie", "s=1"}}, {{"x", "y"}}), "t", {}));
  EXPECT_NE(key(one, "t", {}), key(request({{"cookie", "s=2"}}), "t", {}));
  EXPECT_NE(key(one, "t", {}), key(post, "t", {}));
  EXPECT_NE(key(one, "t", {}), key(one, "u", {}));
  EXPECT_NE(key(one, "t", {{"user", "a"}}), key(one, "t", {{"user", "b"}}));
  EXPECT_NE(key(request({{"cookie", "ab"}}), "t", {}),
            key(request({{"cookie", "a"}, {"authorization", "b"}}), "t", {}));
}

TEST(ForwardAnswer, OfSuccessHasClaimsOfHeaders) {
  const ForwardAnswer answer = read(204, {{"X-User", "alice"}, {"X-Tenant", "t\"1"}});
  ASSERT_EQ(answer.kind, Kind::signed_in);
  EXPECT_EQ(answer.person->subject, "alice");
  EXPECT_EQ(answer.person->claims.text("tenant"), "t\"1");
  EXPECT_EQ(answer.person->issued_at->time_since_epoch().count(), 1000);
  EXPECT_FALSE(answer.person->ends_at);
}

TEST(ForwardAnswer, OfJsonHasItsClaimsFirst) {
  const FetchHeaders headers{{"Content-Type", "application/json; charset=utf-8"},
                             {"X-User", "header"},
                             {"X-Tenant", "t1"}};
  const ForwardAnswer answer = read(200, headers, R"( {"sub": "body", "roles": ["a", 1.50]} )");
  EXPECT_EQ(answer.person->subject, "body");
  EXPECT_EQ(answer.person->claims.text("tenant"), "t1");
  EXPECT_EQ(answer.person->claims.values("roles"), (std::vector<std::string>{"a", "1.50"}));
  EXPECT_EQ(read(200, headers, "{ }").person->subject, "header");
}

TEST(ForwardAnswer, EndsRightsWhenItSaysSo) {
  const FetchHeaders json{{"Content-Type", "application/json"}};
  const ForwardAnswer answer = read(200, json, R"({"expires_at": "2026-01-31T12:00:00.5+01:00"})");
  EXPECT_EQ(answer.person->ends_at->time_since_epoch().count(), 1769857200500);
  EXPECT_EQ(answer.person->expires_at->time_since_epoch().count(), 1769857200);
  for (const char* wrong : {"\"soon\"", "\"\"", "1769857200", "true", "[]", "{}"}) {
    const std::string body = std::string(R"({"expires_at": )") + wrong + "}";
    EXPECT_EQ(read(200, json, body).kind, Kind::failed) << body;
  }
  EXPECT_FALSE(read(200, json, R"({"expires_at": null})").person->expires_at);
}

TEST(ForwardAnswer, ThatIsNoObjectDecidesNothing) {
  const FetchHeaders json{{"Content-Type", "application/json"}, {"X-User", "alice"}};
  for (const char* body : {"", "[]", "{", "{} x", "null"})
    EXPECT_EQ(read(200, json, body).kind, Kind::failed) << body;
}

TEST(ForwardAnswer, OfARefusalIsPassedOn) {
  const ForwardAnswer answer =
      read(401, {{"Content-Type", "text/html"}, {"WWW-Authenticate", "Basic"}, {"Set-Cookie", "x"}},
           "no");
  ASSERT_EQ(answer.kind, Kind::refused);
  EXPECT_EQ(answer.response.status, 401u);
  EXPECT_EQ(answer.response.body, "no");
  EXPECT_EQ(answer.response.content_type, "text/html");
  EXPECT_EQ(answer.response.headers, (Fields{{"WWW-Authenticate", "Basic"}}));
  EXPECT_EQ(read(403).kind, Kind::refused);
}

TEST(ForwardAnswer, OfAnyOtherStatusDecidesNothing) {
  for (const unsigned status : {301u, 302u, 400u, 404u, 429u, 500u, 503u})
    EXPECT_EQ(read(status).kind, Kind::failed) << status;
}

}  // namespace
}  // namespace sidestream
