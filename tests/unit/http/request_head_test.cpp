#include "sidecar/http/proxy/request_head.hpp"

#include <gtest/gtest.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/http/proxy/request_id.hpp"

namespace sidestream {
namespace {

namespace http = boost::beast::http;

RequestHeader parse(std::string_view text) {
  http::request_parser<http::string_body> parser;
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(text), error);
  EXPECT_TRUE(parser.is_header_done()) << error.message() << "\n" << text;
  return parser.get().base();
}

constexpr Framing no_body;
const Peer untrusted{.address = "203.0.113.9"};
const Peer trusted{.address = "10.0.0.5", .trusted = true};

const UpstreamTraits without_via{"127.0.0.1:8000", false};

std::string forwarded(std::string_view text, const Peer& peer = untrusted, Framing body = no_body,
                      const UpstreamTraits& upstream = without_via) {
  const auto request = parse(text);
  const std::string target(request.target());
  const auto made = make_request_head(request, body, *parse_target(target), peer, upstream);
  if (const auto* refused = std::get_if<Response>(&made)) return std::to_string(refused->status);
  return std::get<RequestHead>(made).text;
}

bool has(const std::string& head, std::string_view line) {
  return ("\r\n" + head).find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

TEST(RequestHead, ForwardsTheLineTheHostAndEndToEndFields) {
  const auto head = forwarded(
      "GET /a%20b/../c?x=%41&y HTTP/1.1\r\nhOst: app.example:8080\r\nCookie: a=b\r\n"
      "X-Thing: 1\r\nX-Thing: 2\r\nConnection: keep-alive, X-Secret\r\nX-Secret: s\r\n"
      "Keep-Alive: timeout=5\r\nProxy-Authorization: x\r\nTE: gzip\r\n\r\n");
  EXPECT_TRUE(head.starts_with("GET /a%20b/../c?x=%41&y HTTP/1.1\r\nHost: app.example:8080\r\n"));
  EXPECT_TRUE(has(head, "Cookie: a=b"));
  EXPECT_TRUE(has(head, "X-Thing: 1\r\nX-Thing: 2"));
  for (const auto* gone : {"X-Secret", "Keep-Alive", "Proxy-Auth", "TE:", "Connection"}) {
    EXPECT_EQ(head.find(gone), std::string::npos) << gone;
  }
}

TEST(RequestHead, ReplacesForwardedFieldsOfUntrustedPeers) {
  const auto head = forwarded(
      "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\n"
      "x-forwarded-proto: https\r\nX-Forwarded-Port: 1\r\nX-Real-IP: 6.6.6.6\r\n"
      "Forwarded: for=6.6.6.6\r\nConnection: X-Forwarded-For\r\n\r\n");
  EXPECT_EQ(head.find("6.6.6.6"), std::string::npos) << head;
  EXPECT_EQ(head.find("Port"), std::string::npos);
  EXPECT_TRUE(has(head, "X-Forwarded-For: 203.0.113.9"));
  EXPECT_TRUE(has(head, "X-Forwarded-Proto: http"));
  EXPECT_TRUE(has(head, "X-Forwarded-Host: h"));
  EXPECT_TRUE(has(head, "Forwarded: for=203.0.113.9;host=\"h\";proto=http"));
}

TEST(RequestHead, ExtendsForwardedFieldsOfTrustedPeers) {
  const auto head = forwarded(
      "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n"
      "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\nX-Forwarded-Port: 443\r\n"
      "Forwarded: for=1.1.1.1\r\nX_Forwarded_For: 6.6.6.6\r\n\r\n",
      trusted);
  EXPECT_TRUE(has(head, "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.5"));
  EXPECT_TRUE(has(head, "X-Forwarded-Proto: https"));
  EXPECT_TRUE(has(head, "X-Forwarded-Host: shop"));
  EXPECT_TRUE(has(head, "X-Forwarded-Port: 443"));
  EXPECT_TRUE(has(head, "Forwarded: for=1.1.1.1, for=10.0.0.5;host=\"h\";proto=http"));
  EXPECT_EQ(head.find("6.6.6.6"), std::string::npos);
}

TEST(RequestHead, SaysWhetherTheClientSpeaksTls) {
  Peer peer = untrusted;
  peer.tls = true;
  const auto head = forwarded("GET / HTTP/1.1\r\nHost: h\r\n\r\n", peer);
  EXPECT_TRUE(has(head, "X-Forwarded-Proto: https"));
  EXPECT_TRUE(has(head, "Forwarded: for=203.0.113.9;host=\"h\";proto=https"));
}

TEST(RequestHead, QuotesIPv6InForwarded) {
  const auto head = forwarded("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {"2001:db8::1", false});
  EXPECT_TRUE(has(head, "X-Forwarded-For: 2001:db8::1"));
  EXPECT_TRUE(has(head, "Forwarded: for=\"[2001:db8::1]\";host=\"h\";proto=http"));
}

TEST(RequestHead, ForwardsOrGeneratesTheRequestId) {
  EXPECT_TRUE(has(forwarded("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-1\r\n\r\n"),
                  "X-Request-Id: abc-1"));
  const auto made = forwarded("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n");
  EXPECT_EQ(made.find("a b"), std::string::npos);
  EXPECT_NE(made.find("X-Request-Id: "), std::string::npos);
}

TEST(RequestHead, ForwardsAValidTraceparentAndMakesNone) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto with = [](const std::string& fields) {
    return forwarded("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  };
  EXPECT_TRUE(has(with("traceparent: " + trace + "\r\n"), "traceparent: " + trace));
  for (const std::string& fields :
       {std::string(), std::string("traceparent: 00-0-0-0\r\n"),
        "traceparent: " + trace + "\r\ntraceparent: " + trace + "\r\n"}) {
    EXPECT_EQ(with(fields).find("traceparent"), std::string::npos) << fields;
  }
}

TEST(RequestHead, AddsViaIfItIsTurnedOn) {
  const auto text = "GET / HTTP/1.1\r\nHost: h\r\nVia: 1.0 fred\r\n\r\n";
  EXPECT_TRUE(has(forwarded(text), "Via: 1.0 fred"));
  const UpstreamTraits with_via{"app", true};
  EXPECT_TRUE(has(forwarded(text, untrusted, no_body, with_via), "Via: 1.0 fred, 1.1 sidestream"));
}

TEST(RequestHead, NamesTheAppAsHostWhenHttp10OmitsIt) {
  const auto head = forwarded("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has(head, "Host: 127.0.0.1:8000"));
  EXPECT_EQ(head.find("X-Forwarded-Host"), std::string::npos);
}

TEST(RequestHead, ForwardsOtherClientFieldsOfTrustedPeersOnly) {
  for (const std::string name :
       {"True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Original-URL", "X-Rewrite-URL"}) {
    const auto text = "GET / HTTP/1.1\r\nHost: h\r\n" + name + ": x1\r\nProxy: x2\r\n\r\n";
    EXPECT_EQ(forwarded(text).find("x1"), std::string::npos) << name;
    EXPECT_TRUE(has(forwarded(text, trusted), name + ": x1"));
    EXPECT_EQ(forwarded(text, trusted).find("x2"), std::string::npos);
  }
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: h\r\nX.Forwarded.For: x1\r\n\r\n").find("x1"),
            std::string::npos);
}

TEST(RequestHead, WritesItsOwnFraming) {
  EXPECT_TRUE(has(forwarded("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n", untrusted,
                            {Framing::Kind::length, 7}),
                  "Content-Length: 7"));
  const auto chunked = forwarded("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n",
                                 untrusted, {Framing::Kind::chunked, 0});
  EXPECT_TRUE(has(chunked, "Transfer-Encoding: chunked"));
  EXPECT_EQ(chunked.find("Content-Length"), std::string::npos);
}

TEST(RequestHead, RefusesAmbiguousRequests) {
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\n\r\n"), "400");
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), "400");
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), "400");
  EXPECT_EQ(forwarded("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"), "501");
  EXPECT_EQ(forwarded("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), "400");
  EXPECT_EQ(forwarded("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400");
  const auto coded = [](const std::string& coding) {
    return forwarded("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: " + coding + "\r\n\r\n");
  };
  EXPECT_EQ(coded("gzip, chunked"), "501");
  for (const auto* coding : {"gzip", "chunked, gzip", "chunked, chunked", "identity", ""}) {
    EXPECT_EQ(coded(coding), "400") << coding;
  }
}

TEST(RequestHead, ForwardsUpgradesExceptH2c) {
  const auto upgrade = [](std::string_view to) {
    return forwarded("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: " +
                     std::string(to) + "\r\n\r\n");
  };
  EXPECT_TRUE(has(upgrade("websocket"), "Connection: upgrade\r\nUpgrade: websocket"));
  EXPECT_EQ(upgrade("h2c").find("h2c"), std::string::npos);
  EXPECT_EQ(forwarded("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n").find("websocket"),
            std::string::npos)
      << "not listed in Connection";
}

}  // namespace
}  // namespace sidestream
