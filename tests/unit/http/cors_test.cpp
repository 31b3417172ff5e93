#include "sidecar/http/handlers/cors.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

Request from(std::string origin) {
  Request r;
  r.method = "GET";
  if (!origin.empty()) r.headers = {{"origin", std::move(origin)}};
  return r;
}

std::string value(const Fields& fields, std::string_view name) {
  for (const auto& [n, v] : fields) {
    if (n == name) return v;
  }
  return "";
}

TEST(Cors, IsOffByDefault) { EXPECT_TRUE(cors_headers({}, from("https://a.example")).empty()); }

TEST(Cors, NamesAListedOriginAndNoOther) {
  const CorsSettings cors{{"https://a.example", "https://b.example"}, true};
  const auto listed = cors_headers(cors, from("https://b.example"));
  EXPECT_EQ(value(listed, "Access-Control-Allow-Origin"), "https://b.example");
  EXPECT_EQ(value(listed, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(value(listed, "Vary"), "Origin");
  const auto other = cors_headers(cors, from("https://b.example.evil"));
  EXPECT_EQ(value(other, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(value(other, "Vary"), "Origin");
}

TEST(Cors, PreflightsAllowWhatFetchClientsSend) {
  Request r = from("https://a.example");
  r.method = "OPTIONS";
  r.headers.emplace_back("access-control-request-method", "GET");
  ASSERT_TRUE(is_preflight(r));
  const auto answer =
      answer_preflight({{"*"}, false}, r, "GET, POST", {"authorization", "x-token"});
  EXPECT_EQ(answer.status, 204u);
  EXPECT_EQ(value(answer.headers, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(value(answer.headers, "Access-Control-Allow-Headers"),
            "last-event-id, authorization, cache-control, content-type, idempotency-key, prefer, "
            "x-token");
  EXPECT_EQ(value(answer.headers, "Access-Control-Allow-Methods"), "GET, POST");
  EXPECT_NE(value(answer.headers, "Access-Control-Max-Age"), "");
}

}  // namespace
}  // namespace sidestream
