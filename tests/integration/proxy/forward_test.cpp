// Requests and answers pass as they are: methods, targets, headers, bodies of every framing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;

ON_BOTH(ProxyForward);

TEST_P(ProxyForward, ForwardsEveryMethodExceptConnect) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto client = stage.client();
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
                                   "M-SEARCH", "TRACE", "BREW", "get", "X'*"}) {
    const auto answer = client.ask(request_text(method + " /a"));
    EXPECT_EQ(answer.status(), 200) << method;
    EXPECT_EQ(answer.body, method + " /a\n");
  }
  app.forget();
  auto connecting = stage.client();
  connecting.send("CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n");
  const auto refused = connecting.answer();
  EXPECT_GE(refused.status(), 400);
  EXPECT_EQ(app.account().requests.size(), 0u);
  EXPECT_TRUE(app.account().odd.empty());
}

TEST_P(ProxyForward, ForwardsTargetsUnchanged) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto client = stage.client();
  for (const std::string target :
       {"/", "/?", "/a?b?c=d&&e", "/%", "/%2F%2f%00%zz", "/../a/./b/..", "//double//slashes",
        "/a;b=c,d", "/a?next=http://x/y", "/~!$&'()*+,;=:@", "/{x}|\\^`\"<>", "/?%F0%9F%98%80"}) {
    const auto answer = client.ask(request_text("GET " + target));
    EXPECT_EQ(answer.value("X-Seen"), "GET " + target);
  }
  const auto longest = "/" + std::string(8000, 'p') + "?" + std::string(8000, 'q');
  EXPECT_EQ(client.ask(request_text("GET " + longest)).value("X-Seen"), "GET " + longest);
  EXPECT_EQ(client.ask(request_text("OPTIONS *")).value("X-Seen"), "OPTIONS *");
}

TEST_P(ProxyForward, TakesTheHostOfAnAbsoluteTarget) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] =
      stage.relay("GET http://one.test:81/a?b HTTP/1.1\r\nHost: one.test:81\r\n\r\n");
  EXPECT_TRUE(seen.target() == "/a?b" || seen.target() == "http://one.test:81/a?b") << seen.start;
  EXPECT_EQ(seen.value("Host"), "one.test:81");
}

TEST_P(ProxyForward, PreservesHeaders) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text(
      "GET /", {"Host: app.example:8443", "X-A: 1", "X-B:", "x-a: 2", "X-A:   spaced  out ",
                "Cookie: a=b; c=\"d\"", "X-Text: \xc3\xa9\xff\t.", "Accept-Encoding: br",
                "Authorization: Basic abc=", "Range: bytes=0-1"}));
  EXPECT_EQ(seen.value("Host"), "app.example:8443");
  EXPECT_THAT(seen.all("X-A"), ElementsAre("1", "2", "spaced  out"));
  EXPECT_THAT(seen.all("X-B"), ElementsAre(""));
  EXPECT_EQ(seen.value("X-Text"), "\xc3\xa9\xff\t.");
  EXPECT_EQ(seen.value("Cookie"), "a=b; c=\"d\"");
  EXPECT_EQ(seen.value("Accept-Encoding"), "br");
  EXPECT_EQ(seen.value("Authorization"), "Basic abc=");
  EXPECT_EQ(seen.value("Range"), "bytes=0-1");
  app.send(answer_text("206 Partial Content",
                       {"Set-Cookie: a=b, c; Path=/", "set-cookie: d=e", "X-Text: \xff\t.",
                        "Content-Encoding: gzip", "Server: app/1", "Date: yesterday"},
                       "\x1f\x8b"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status(), 206);
  EXPECT_THAT(answer.all("Set-Cookie"), ElementsAre("a=b, c; Path=/", "d=e"));
  EXPECT_EQ(answer.value("X-Text"), "\xff\t.");
  EXPECT_EQ(answer.value("Content-Encoding"), "gzip");
  EXPECT_EQ(answer.value("Server"), "app/1");
  EXPECT_EQ(answer.value("Date"), "yesterday");
  EXPECT_EQ(answer.body, "\x1f\x8b");
}

TEST_P(ProxyForward, ForwardsLongHeads) {
  ProxyStage stage(GetParam());
  const std::string cookie(50'000, 'c');
  auto [client, app, seen] = stage.relay(request_text("GET /", {"Cookie: " + cookie}));
  EXPECT_EQ(seen.value("Cookie"), cookie);
  app.send(answer_text("200 OK", {"X-Long: " + std::string(30'000, 'x')}));
  EXPECT_EQ(client.answer().value("X-Long").size(), 30'000u);
}

TEST_P(ProxyForward, Returns431WhenTheHeadIsTooLong) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.try_send(request_text("GET /", {"Cookie: " + std::string(100'000, 'c')}));
  EXPECT_EQ(client.answer().status(), 431);
  EXPECT_TRUE(client.closes());
  EXPECT_TRUE(stage.listener().is_quiet(50ms));
}

// A name may have addresses on which nobody listens.
TEST(ProxyForwardByName, ConnectsToAHostName) {
  Listener listener("tcp");
  const auto port = listener.url().substr(listener.url().rfind(':'));
  Sidecar sidecar(proxy_config("http://localhost" + port, {}));
  App app(listener);
  Peer client{Socket(sidecar.streams())};
  EXPECT_EQ(client.ask(request_text("GET /named")).body, "GET /named\n");
}

TEST_P(ProxyForward, ForwardsAnyStatus) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    peer.send(answer_text(request.target().substr(1) + " Some Words", {}, "text"));
    return true;
  });
  auto client = stage.client();
  for (const int status : {200, 201, 207, 301, 307, 401, 404, 418, 451, 500, 502, 503, 599}) {
    const auto answer = client.ask(request_text("GET /" + std::to_string(status)));
    EXPECT_EQ(answer.status(), status);
    EXPECT_EQ(answer.body, "text");
  }
}

TEST_P(ProxyForward, ForwardsResponsesWithoutABody) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    const auto& target = request.target();
    if (target == "/204") peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    if (target == "/304")
      peer.send("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 77\r\n\r\n");
    if (target == "/length") peer.send("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
    if (target == "/chunked") peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (target == "/plain") peer.send(answer_text("200 OK", {}, "plain"));
    return true;
  });
  auto client = stage.client();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(client.ask(request_text("GET /204")).status(), 204);
    const auto same = client.ask(request_text("GET /304"));
    EXPECT_EQ(same.status(), 304);
    EXPECT_EQ(same.value("ETag"), "\"x\"");
    EXPECT_EQ(client.ask(request_text("HEAD /length")).value("Content-Length"), "12345");
    EXPECT_EQ(client.ask(request_text("HEAD /chunked")).status(), 200);
    EXPECT_EQ(client.ask(request_text("GET /plain")).body, "plain");
  }
}

TEST_P(ProxyForward, ForwardsRequestsOfEveryFraming) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto client = stage.client();
  EXPECT_EQ(client.ask(request_text("POST /none")).body, "POST /none\n");
  EXPECT_EQ(client.ask(request_text("POST /zero", {"Content-Length: 0"})).body, "POST /zero\n");
  EXPECT_EQ(client.ask(request_text("GET /body", {}, "of a GET")).body, "GET /body\nof a GET");
  EXPECT_EQ(client.ask(request_text("DELETE /body", {}, "of a DELETE")).body,
            "DELETE /body\nof a DELETE");
  const std::string binary("\0\r\n\r\nGET /x HTTP/1.1\r\n\r\n\xff", 25);
  EXPECT_EQ(client.ask(request_text("PUT /binary", {}, binary)).body, "PUT /binary\n" + binary);
  const auto chunked = request_text("POST /chunked", {"Transfer-Encoding: chunked"});
  EXPECT_EQ(client.ask(chunked + chunk("one") + chunk(binary) + "0\r\n\r\n").body,
            "POST /chunked\none" + binary);
  EXPECT_EQ(client.ask(chunked + "0\r\n\r\n").body, "POST /chunked\n");
  EXPECT_EQ(client.ask(chunked + "00003\r\nabc\r\nA\r\n0123456789\r\n000\r\n\r\n").body,
            "POST /chunked\nabc0123456789");
  const auto account = app.account();
  ASSERT_EQ(account.requests.size(), 8u);
  EXPECT_EQ(account.requests[1].value("Content-Length"), "0");
  EXPECT_EQ(account.requests[2].value("Content-Length"), "8");
}

TEST_P(ProxyForward, ForwardsResponsesOfEveryFraming) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    const auto target = request.target();
    if (target == "/length") peer.send(answer_text("200 OK", {}, "text"));
    if (target == "/chunked") {
      peer.send(answer_text("200 OK", {"Transfer-Encoding: chunked"},
                            chunk("te") + "002;ext=\"x\"\r\nxt\r\n0\r\n\r\n"));
    }
    if (target == "/close") peer.send("HTTP/1.1 200 OK\r\n\r\ntext");
    if (target == "/old") peer.send("HTTP/1.0 200 OK\r\n\r\ntext");
    if (target == "/old-length") peer.send("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ntext");
    return target == "/length" || target == "/chunked";
  });
  for (const std::string target : {"/length", "/chunked", "/close", "/old", "/old-length"}) {
    for (const std::string body : {"", "request's"}) {
      const auto answer = stage.ask(request_text("POST " + target, {}, body));
      EXPECT_EQ(answer.status(), 200) << target;
      EXPECT_EQ(answer.start.substr(0, 9), "HTTP/1.1 ") << target;
      EXPECT_EQ(answer.body, "text") << target;
    }
  }
}

TEST_P(ProxyForward, ForwardsTrailersBothWays) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] =
      stage.relay(request_text("POST /", {"Transfer-Encoding: chunked", "TE: trailers",
                                          "Connection: TE", "Trailer: X-Sum"}) +
                  chunk("data") + "0\r\nX-Sum: 42\r\nX-Other: a b\r\n\r\n");
  EXPECT_EQ(seen.body, "data");
  EXPECT_THAT(seen.trailers,
              ElementsAre(testing::Pair("X-Sum", "42"), testing::Pair("X-Other", "a b")));
  app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n" +
           chunk("data") + "0\r\ngrpc-status: 0\r\n\r\n");
  const auto answer = client.answer();
  EXPECT_EQ(answer.body, "data");
  EXPECT_THAT(answer.trailers, ElementsAre(testing::Pair("grpc-status", "0")));
}

TEST_P(ProxyForward, DecrementsMaxForwards) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  for (const std::string method : {"TRACE", "OPTIONS"}) {
    EXPECT_EQ(stage.ask(request_text(method + " /a", {"Max-Forwards: 5"})).status(), 200);
    EXPECT_EQ(app.last().value("Max-Forwards"), "4");
    app.forget();
    stage.ask(request_text(method + " /a", {"Max-Forwards: 0"}));
    EXPECT_TRUE(app.account().requests.empty()) << "forwarded though it was to end here";
  }
}

}  // namespace
}  // namespace e2e
