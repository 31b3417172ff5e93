// Who the app is told the client is: what the peer itself is, unless it is trusted to say.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ON_BOTH(ProxyForwarded);

const std::vector<std::string> claims{"Host: shop.test",
                                      "X-Forwarded-For: 1.2.3.4",
                                      "X-Forwarded-For: 5.6.7.8",
                                      "X-Forwarded-Proto: https",
                                      "X-Forwarded-Host: evil.test",
                                      "X-Forwarded-Port: 443",
                                      "X-Forwarded-Prefix: /admin",
                                      "X-Forwarded-User: root",
                                      "X-Real-IP: 1.2.3.4",
                                      "Forwarded: for=1.2.3.4;proto=https;host=evil.test"};

TEST_P(ProxyForwarded, ReplacesTheFieldsOfUntrustedPeers) {
  ProxyStage stage(GetParam());
  const auto seen = stage.relay(request_text("GET /", claims)).seen;
  EXPECT_THAT(seen.all("X-Forwarded-For"), ElementsAre("127.0.0.1"));
  EXPECT_THAT(seen.all("X-Forwarded-Proto"), ElementsAre("http"));
  EXPECT_THAT(seen.all("X-Forwarded-Host"), ElementsAre("shop.test"));
  ASSERT_EQ(seen.all("Forwarded").size(), 1u);
  EXPECT_THAT(seen.value("Forwarded"), ContainsRegex("[Ff]or=\"?127\\.0\\.0\\.1"));
  EXPECT_THAT(seen.value("Forwarded"), HasSubstr("proto=http"));
  EXPECT_THAT(seen.value("Forwarded"), Not(HasSubstr("https")));
  EXPECT_THAT(seen.value("Forwarded"), HasSubstr("shop.test"));
  for (const auto* lie : {"1.2.3.4", "5.6.7.8", "evil", "/admin", "root", "Port"}) {
    EXPECT_THAT(seen.head, Not(HasSubstr(lie)));
  }
}

TEST_P(ProxyForwarded, ExtendsTheFieldsOfTrustedPeers) {
  ProxyStage stage(GetParam(), {.server = {"trusted_proxies: [\"10.0.0.0/8\", \"127.0.0.0/8\"]"}});
  const auto seen = stage.relay(request_text("GET /", claims)).seen;
  EXPECT_EQ(seen.value("X-Forwarded-For"), "1.2.3.4, 5.6.7.8, 127.0.0.1");
  EXPECT_THAT(seen.all("X-Forwarded-Proto"), ElementsAre("https"));
  EXPECT_THAT(seen.all("X-Forwarded-Host"), ElementsAre("evil.test"));
  EXPECT_THAT(seen.value("Forwarded"), HasSubstr("for=1.2.3.4;proto=https;host=evil.test, "));
  EXPECT_THAT(seen.value("Forwarded"), ContainsRegex(", .*[Ff]or=\"?127\\.0\\.0\\.1"));
  EXPECT_EQ(seen.value("X-Real-IP"), "1.2.3.4");
  EXPECT_EQ(seen.value("X-Forwarded-Port"), "443");
}

TEST_P(ProxyForwarded, AddsTheFieldsThatATrustedPeerOmits) {
  ProxyStage stage(GetParam(), {.server = {"trusted_proxies: [\"127.0.0.1/32\"]"}});
  const auto seen = stage.relay(request_text("GET /", {"Host: shop.test"})).seen;
  EXPECT_EQ(seen.value("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.value("X-Forwarded-Proto"), "http");
  EXPECT_EQ(seen.value("X-Forwarded-Host"), "shop.test");
}

TEST_P(ProxyForwarded, TrustsTheListedNetworks) {
  ProxyStage stage(GetParam(), {.server = {"trusted_proxies: [\"127.7.0.0/16\"]"}});
  for (const auto& [source, told] :
       std::vector<std::pair<std::uint32_t, std::string>>{{0x7f070203, "1.2.3.4, 127.7.2.3"},
                                                          {0x7f080203, "127.8.2.3"},
                                                          {0x7f060203, "127.6.2.3"}}) {
    const auto seen =
        stage.relay(stage.client_from(source), request_text("GET /", {"X-Forwarded-For: 1.2.3.4"}))
            .seen;
    EXPECT_EQ(seen.value("X-Forwarded-For"), told);
  }
}

TEST_P(ProxyForwarded, DoesNotTrustOtherNetworks) {
  ProxyStage stage(GetParam(), {.server = {"trusted_proxies: [\"127.0.0.2/31\", \"::1/128\"]"}});
  const auto seen = stage.relay(request_text("GET /", claims)).seen;
  EXPECT_EQ(seen.value("X-Forwarded-For"), "127.0.0.1");
}

const std::vector<std::string> others{"True-Client-IP: lie", "CF-Connecting-IP: lie",
                                      "X-Client-IP: lie", "X-Original-URL: lie",
                                      "X-Rewrite-URL: lie"};

TEST_P(ProxyForwarded, DropsOtherClientFieldsOfUntrustedPeers) {
  ProxyStage stage(GetParam());
  EXPECT_THAT(stage.relay(request_text("GET /", others)).seen.head, Not(HasSubstr("lie")));
}

TEST_P(ProxyForwarded, ForwardsOtherClientFieldsOfTrustedPeers) {
  ProxyStage stage(GetParam(), {.server = {"trusted_proxies: [\"127.0.0.1/32\"]"}});
  const auto seen = stage.relay(request_text("GET /", others)).seen;
  for (const auto& field : others) {
    EXPECT_EQ(seen.value(field.substr(0, field.find(':'))), "lie") << field;
  }
}

// Many apps read `X_Forwarded_For` where they ask for `X-Forwarded-For` (CGI, WSGI).
TEST_P(ProxyForwarded, DropsSpellingsWithUnderscores) {
  for (const auto* trusted : {"trusted_proxies: []", "trusted_proxies: [\"127.0.0.1/32\"]"}) {
    ProxyStage stage(GetParam(), {.server = {trusted}});
    const auto seen =
        stage
            .relay(request_text(
                "GET /", {"X_Forwarded_For: lie", "x_forwarded-for: lie", "X-Forwarded_Proto: lie",
                          "X_FORWARDED_HOST: lie", "X_Forwarded_User: lie", "X_Real_IP: lie",
                          "X-Real_IP: lie", "X_Request_Id: lie", "X.Forwarded.For: lie",
                          "True_Client_IP: lie"}))
            .seen;
    for (const auto& [name, value] : seen.fields) {
      EXPECT_NE(value, "lie") << trusted << ": " << name;
    }
  }
}

// A trailer that an app merges into the headers is a header.
TEST_P(ProxyForwarded, DropsThemFromTrailers) {
  ProxyStage stage(GetParam());
  const auto seen =
      stage
          .relay(
              request_text("POST /", {"Transfer-Encoding: chunked", "Trailer: X-Forwarded-For"}) +
              chunk("x") +
              "0\r\nX-Forwarded-For: lie\r\nX_Forwarded_For: lie\r\nForwarded: lie\r\nHost: lie\r\n"
              "X-Real-IP: lie\r\nX-Request-Id: lie-12345\r\nX-Good: "
              "yes\r\n\r\n")
          .seen;
  for (const auto& [name, value] : seen.trailers) {
    EXPECT_TRUE(same_word(name, "X-Good")) << name;
  }
}

TEST_P(ProxyForwarded, Returns400WhenTheHostIsInvalid) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  for (const std::string host : {"[abcd::1", "foo:99999", "", "a b", "a@b", ":80", "a/b"}) {
    auto client = stage.client();
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    EXPECT_EQ(client.answer().status(), 400) << host;
  }
  EXPECT_TRUE(app.account().requests.empty());
  for (const std::string host : {"[v1.a!b]", "[::1]:80", "my_app:8080", "a:"}) {
    EXPECT_EQ(stage.ask(request_text("GET /", {"Host: " + host})).status(), 200) << host;
    EXPECT_EQ(app.last().value("Host"), host);
  }
}

TEST_P(ProxyForwarded, StaysWellFormedForAnyHost) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  for (const std::string host :
       {"a\"b", "a;for=1.2.3.4", "a,for=1.2.3.4", "a\\", "[::1]:80", "a b", ""}) {
    auto client = stage.client();
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    EXPECT_NE(client.answer().status(), 502) << host;
  }
  for (const auto& request : app.account().requests) {
    // Outside of quotes, what would make another parameter or element of it.
    auto text = request.value("Forwarded");
    for (std::size_t open; (open = text.find('"')) != std::string::npos;) {
      auto close = open + 1;
      while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
      ASSERT_LT(close, text.size()) << "a quote that does not end: " << request.value("Forwarded");
      text.erase(open, close - open + 1);
    }
    EXPECT_THAT(text, Not(HasSubstr("1.2.3.4"))) << request.head;
    EXPECT_THAT(text, Not(HasSubstr(","))) << request.head;
  }
  EXPECT_TRUE(app.account().odd.empty());
}

}  // namespace
}  // namespace e2e
