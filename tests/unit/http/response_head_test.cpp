#include "sidecar/http/proxy/response_head.hpp"

#include <gtest/gtest.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace sidestream {
namespace {

namespace http = boost::beast::http;

ResponseHeader parse(std::string_view text) {
  http::response_parser<http::string_body> parser;
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(text), error);
  EXPECT_TRUE(parser.is_header_done()) << error.message() << "\n" << text;
  return parser.get().base();
}

constexpr Framing no_body;

bool has(const std::string& head, std::string_view line) {
  return ("\r\n" + head).find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

std::optional<ResponseHead> rewritten(std::string_view text, Framing body,
                                      const ClientTraits& client = {}) {
  return make_response_head(parse(text), body, client);
}

TEST(ResponseHead, FramesABodyWithoutLengthByChunksOrByTheEnd) {
  const auto text = "HTTP/1.1 200 OK\r\nConnection: close, X-Own\r\nX-Own: 1\r\nETag: e\r\n\r\n";
  const Framing open{Framing::Kind::until_close, 0};
  const auto now = rewritten(text, open, {.keep_alive = true});
  EXPECT_TRUE(has(now->text, "Transfer-Encoding: chunked"));
  EXPECT_TRUE(has(now->text, "ETag: e"));
  EXPECT_EQ(now->text.find("X-Own"), std::string::npos);
  EXPECT_TRUE(now->keep_alive);
  const auto old = rewritten(text, open, {.http10 = true, .keep_alive = true});
  EXPECT_TRUE(old->text.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(old->text.find("chunked"), std::string::npos);
  EXPECT_FALSE(old->keep_alive);
}

TEST(ResponseHead, KeepsTheContentLengthOf304) {
  const auto text = "HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n";
  EXPECT_TRUE(has(rewritten(text, no_body)->text, "Content-Length: 12"));
}

TEST(ResponseHead, KeepsUpgradeIn426Only) {
  const std::string fields = "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n";
  const auto text = "HTTP/1.1 426 Upgrade Required\r\n" + fields;
  const auto kept = rewritten(text, no_body, {.keep_alive = true})->text;
  EXPECT_TRUE(has(kept, "Upgrade: websocket"));
  EXPECT_TRUE(has(kept, "Connection: upgrade"));
  EXPECT_TRUE(has(rewritten(text, no_body)->text, "Connection: close, upgrade"));
  const auto other = rewritten("HTTP/1.1 200 OK\r\n" + fields, no_body, {.keep_alive = true})->text;
  EXPECT_FALSE(has(other, "Upgrade: websocket"));
  EXPECT_FALSE(has(other, "Connection: upgrade"));
}

TEST(ResponseHead, RefusesUnknownTransferCodings) {
  const Framing open{Framing::Kind::until_close, 0};
  EXPECT_FALSE(rewritten("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", open));
  EXPECT_FALSE(rewritten("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", open));
}

TEST(Trailers, DropsFieldsThatFrameOrRoute) {
  http::fields trailers;
  trailers.insert("X-Checksum", "1");
  trailers.insert("Host", "evil");
  trailers.insert("X-Forwarded-For", "6.6.6.6");
  EXPECT_EQ(make_trailers(trailers), "X-Checksum: 1\r\n");
}

}  // namespace
}  // namespace sidestream
