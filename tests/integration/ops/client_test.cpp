// Which client a stream or a request counts for, as the log names it.

#include <gtest/gtest.h>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

const std::string magic("\r\n\r\n\0\r\nQUIT\n", 12);

std::string proxy_header(unsigned command, unsigned family, const std::string& rest) {
  std::string bytes = magic;
  for (const unsigned byte : {command, family, unsigned(rest.size() >> 8U), unsigned(rest.size())})
    bytes += static_cast<char>(byte);
  return bytes + rest;
}

// PROXY TCP4 203.0.113.9 -> 10.0.0.1
const std::string from_client =
    proxy_header(0x21, 0x11, std::string("\xcb\x00\x71\x09\x0a\x00\x00\x01\x12\x67\x1f\x90", 12));
const std::string local = proxy_header(0x20, 0, "");

std::string stream_request(const std::string& headers = {}) {
  return "GET /events/t HTTP/1.0\r\nHost: h\r\n" + headers + "\r\n";
}

// Opens and leaves a stream; the log's client and peer of it.
std::string client_and_peer(Stage& stage, const std::string& bytes) {
  const auto before = stream_ends(stage.sidecar().process(), 0).size();
  {
    HttpConnection connection(stage.sidecar().streams());
    connection.send(bytes);
    std::string answer;
    const Deadline deadline(10s * patience);
    while (answer.find("stream-open") == std::string::npos) {
      if (!connection.socket().receive(answer, Milliseconds(deadline.left_ms())))
        return "no stream: " + answer;
    }
  }
  const auto ends = stream_ends(stage.sidecar().process(), before + 1);
  return text_of(ends.back(), "client") + " " + text_of(ends.back(), "peer");
}

TEST(Client, IsThePeerWithoutTrustedProxies) {
  Stage stage("embedded");
  EXPECT_EQ(client_and_peer(stage, stream_request("X-Forwarded-For: 203.0.113.9\r\n")),
            "127.0.0.1 127.0.0.1");
}

TEST(Client, IsTheRightmostUntrustedAddressBehindTrustedProxies) {
  Stage stage("embedded", {.server = {"trusted_proxies: [\"127.0.0.0/8\", \"10.0.0.0/8\"]"}});
  const auto client = [&](const std::string& headers) {
    return client_and_peer(stage, stream_request(headers));
  };
  EXPECT_EQ(client("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9, 10.1.1.1\r\n"),
            "203.0.113.9 127.0.0.1");
  EXPECT_EQ(client("X-Forwarded-For: 203.0.113.9\r\nForwarded: for=198.51.100.1\r\n"),
            "203.0.113.9 127.0.0.1");
  EXPECT_EQ(client("Forwarded: for=\"[2001:db8::7]:443\"\r\n"), "2001:db8::7 127.0.0.1");
  EXPECT_EQ(client("X-Forwarded-For: 203.0.113.9, unknown\r\n"), "127.0.0.1 127.0.0.1");
}

TEST(Client, IsNamedByThePROXYHeader) {
  Stage stage("embedded", {.server = {"proxy_protocol: true"}});
  EXPECT_EQ(client_and_peer(stage, from_client + stream_request()), "203.0.113.9 127.0.0.1");
  EXPECT_EQ(client_and_peer(stage, local + stream_request()), "127.0.0.1 127.0.0.1");
  const auto long_header =
      proxy_header(0x21, 0x11,
                   std::string("\xcb\x00\x71\x09\x0a\x00\x00\x01\x12\x67\x1f\x90", 12) +
                       std::string(65'000, 'x'));
  EXPECT_EQ(client_and_peer(stage, long_header + stream_request()), "203.0.113.9 127.0.0.1");
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200) << "the admin port takes none";
}

TEST(Client, IsInXForwardedForOnlyIfThePROXYHeaderNamesATrustedProxy) {
  const std::string claim = "X-Forwarded-For: 198.51.100.7\r\n";
  Stage peer_trusted("embedded",
                     {.server = {"proxy_protocol: true", "trusted_proxies: [\"127.0.0.0/8\"]"}});
  EXPECT_EQ(client_and_peer(peer_trusted, from_client + stream_request(claim)),
            "203.0.113.9 127.0.0.1");
  Stage named_trusted(
      "embedded", {.server = {"proxy_protocol: true", "trusted_proxies: [\"203.0.113.0/24\"]"}});
  EXPECT_EQ(client_and_peer(named_trusted, from_client + stream_request(claim)),
            "198.51.100.7 127.0.0.1");
}

TEST(Client, IsClosedWithoutAPROXYHeader) {
  Stage stage("embedded", {.server = {"proxy_protocol: true"}});
  for (const auto& bytes : {stream_request(), std::string("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"),
                            proxy_header(0x11, 0x11, std::string(12, 'a')) + stream_request()}) {
    HttpConnection connection(stage.sidecar().streams());
    connection.send(bytes);
    std::string answer;
    EXPECT_FALSE(connection.socket().receive(answer, 5s * patience)) << answer;
    EXPECT_NE(connection.socket().end(), Socket::End::open);
  }
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_connections_refused_total",
                                          {"reason=\"proxy_header\""}),
            3);
}

}  // namespace
}  // namespace e2e
