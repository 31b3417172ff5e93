// Headers of the connection end with it, and ours are added.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

ON_BOTH(ProxyHeaders);

Message seen_by_app(const std::string& kind, const std::vector<std::string>& fields) {
  ProxyStage stage(kind);
  return stage.relay(request_text("GET /", fields)).seen;
}

TEST_P(ProxyHeaders, DropsHopByHopFields) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(
      request_text("GET /", {"Connection: X-Hop, keep-alive,,x-HOP-2", "Connection: X-Hop-3",
                             "X-Hop: 1", "X-Hop-2: 2", "X-Hop-3: 3", "Keep-Alive: timeout=5",
                             "Proxy-Connection: keep-alive", "TE: gzip", "X-Kept: yes"}));
  for (const auto* name :
       {"X-Hop", "X-Hop-2", "X-Hop-3", "Keep-Alive", "Proxy-Connection", "Upgrade"}) {
    EXPECT_FALSE(seen.has(name)) << name;
  }
  EXPECT_THAT(seen.value("TE"), Not(HasSubstr("gzip")));
  EXPECT_THAT(seen.value("Connection"), Not(HasSubstr("op")));
  EXPECT_EQ(seen.value("X-Kept"), "yes");
  app.send(answer_text("200 OK", {"Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5",
                                  "Proxy-Connection: keep-alive", "Upgrade: h2c", "X-Kept: yes"}));
  const auto answer = client.answer();
  for (const auto* name : {"X-Hop", "Keep-Alive", "Proxy-Connection"}) {
    EXPECT_FALSE(answer.has(name)) << name;
  }
  EXPECT_THAT(answer.value("Upgrade"), Not(HasSubstr("h2c")));
  EXPECT_EQ(answer.value("X-Kept"), "yes");
}

TEST_P(ProxyHeaders, AddsViaToResponsesOnly) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /", {"Via: 1.0 fred"}));
  EXPECT_EQ(seen.value("Via"), "1.0 fred");
  app.send(answer_text("200 OK", {"Via: 1.1 inner"}));
  EXPECT_EQ(client.answer().value("Via"), "1.1 inner, 1.1 sidestream");
  client.send(request_text("GET /"));
  EXPECT_FALSE(app.request().has("Via")) << "nginx and others then send no compressed response";
  app.send(answer_text("200 OK"));
  EXPECT_EQ(client.answer().value("Via"), "1.1 sidestream");
}

TEST_P(ProxyHeaders, AddsViaToRequestsIfItIsTurnedOn) {
  ProxyStage stage(GetParam(), {.upstream = {"via: true"}});
  EXPECT_EQ(stage.relay(request_text("GET /", {"Via: 1.0 fred"})).seen.value("Via"),
            "1.0 fred, 1.1 sidestream");
  EXPECT_EQ(stage.relay(request_text("GET /")).seen.value("Via"), "1.1 sidestream");
}

const std::string good_trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// Naming one of ours in Connection must not make the app miss it.
TEST_P(ProxyHeaders, KeepsItsOwnFieldsWhenConnectionListsThem) {
  const auto seen = seen_by_app(
      GetParam(),
      {"Connection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Forwarded, Via, "
       "traceparent, X-Request-Id, Host, close",
       "Via: 1.0 fred", "traceparent: " + good_trace});
  for (const auto* name : {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded",
                           "Via", "traceparent", "X-Request-Id", "Host"}) {
    EXPECT_EQ(seen.all(name).size(), 1u) << name << "\n" << seen.head;
  }
}

TEST_P(ProxyHeaders, KeepsTheFramingWhenConnectionListsIt) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  for (const std::string name : {"Content-Length", "Transfer-Encoding"}) {
    auto client = stage.client();
    const bool chunked = name == "Transfer-Encoding";
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nConnection: " + name + "\r\n" + name + ": " +
                (chunked ? "chunked\r\n\r\n18\r\n" : "24\r\n\r\n") +
                "GET /b HTTP/1.1\r\nHost:b\r\n" + (chunked ? "\r\n0\r\n\r\n" : ""));
    const auto answer = client.answer();
    if (answer.status() == 200) {
      EXPECT_EQ(answer.body.substr(0, 8), "POST /a\n");
    }
  }
  EXPECT_TRUE(app.account().odd.empty());
  for (const auto& request : app.account().requests) EXPECT_EQ(request.target(), "/a");
}

TEST_P(ProxyHeaders, ForwardsAValidTraceparent) {
  const auto seen = seen_by_app(GetParam(), {"traceparent: " + good_trace, "tracestate: a=b"});
  EXPECT_THAT(seen.all("traceparent"), testing::ElementsAre(good_trace));
  EXPECT_EQ(seen.value("tracestate"), "a=b");
}

// A made-up one would tell the app that somebody else has decided not to sample the trace.
TEST_P(ProxyHeaders, SendsNoTraceparentWithoutAValidOne) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  const std::vector<std::vector<std::string>> cases{
      {},
      {"traceparent:"},
      {"traceparent: x"},
      {"traceparent: 00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"},
      {"traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01"},
      {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"},
      {"traceparent: ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra"},
      {"traceparent: " + good_trace, "traceparent: " + good_trace}};
  for (const auto& fields : cases) {
    stage.ask(request_text("GET /", fields));
    EXPECT_FALSE(app.last().has("traceparent")) << app.last().head;
  }
}

TEST_P(ProxyHeaders, DropsProxyAlways) {
  for (const auto* trusted : {"trusted_proxies: []", "trusted_proxies: [\"127.0.0.1/32\"]"}) {
    ProxyStage stage(GetParam(), {.server = {trusted}});
    const auto seen = stage.relay(request_text("GET /", {"Proxy: http://evil.test"})).seen;
    EXPECT_FALSE(seen.has("Proxy")) << trusted;
  }
}

TEST_P(ProxyHeaders, ForwardsOrGeneratesTheRequestId) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  const auto seen = [&](const std::vector<std::string>& fields) {
    stage.ask(request_text("GET /", fields));
    const auto values = app.last().all("X-Request-Id");
    EXPECT_EQ(values.size(), 1u);
    return values.empty() ? std::string() : values[0];
  };
  EXPECT_EQ(seen({"X-Request-Id: 7f0c1a52-0b1d-4a55-9d4f-4ce1c2a1b111"}),
            "7f0c1a52-0b1d-4a55-9d4f-4ce1c2a1b111");
  const auto made = seen({});
  EXPECT_GE(made.size(), 8u);
  EXPECT_NE(made, seen({}));
  for (const std::string& odd :
       {std::string("a b<script>"), std::string("\xff\xfe"), std::string(5000, 'a')}) {
    const auto instead = seen({"X-Request-Id: " + odd});
    EXPECT_NE(instead, odd);
    EXPECT_GE(instead.size(), 8u);
  }
  seen({"X-Request-Id: one-1234", "X-Request-Id: two-1234"});
}

TEST_P(ProxyHeaders, LeavesAcceptEncodingUnchanged) {
  EXPECT_EQ(seen_by_app(GetParam(), {"Accept-Encoding: gzip, br;q=0"}).value("Accept-Encoding"),
            "gzip, br;q=0");
  EXPECT_FALSE(seen_by_app(GetParam(), {}).has("Accept-Encoding"));
}

}  // namespace
}  // namespace e2e
