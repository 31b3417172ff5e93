#include "sidecar/fetch/client.hpp"

#include <gtest/gtest.h>

#include "loopback_server.hpp"
#include "run_fetch.hpp"

namespace sidestream::test {
namespace {

Script respond_with(std::string bytes) {
  return [bytes = std::move(bytes)](ServerConnection& connection) {
    connection.read_request();
    connection.send(bytes);
  };
}

TEST(FetchClientTest, ReadsStatusHeadersAndBody) {
  LoopbackServer server(
      {respond_with("HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\nabc")});
  Fetching fetching;
  const auto response = fetching.get(server.url("/missing"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->status, 404U);
  EXPECT_EQ(response->header("X-a"), "1");
  EXPECT_EQ(response->body, "abc");
}

TEST(FetchClientTest, SendsTheBody) {
  std::string seen;
  LoopbackServer server({[&](ServerConnection& connection) {
    seen = connection.read_request();
    connection.respond("ok", "201 Created");
  }});
  Fetching fetching;
  FetchRequest request(server.url("/p"));
  request.method = "POST";
  request.body = std::string(300'000, 'x') + "end";
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->status, 201U);
  EXPECT_EQ(seen.substr(0, 7), "POST /p");
  EXPECT_TRUE(seen.ends_with("xend"));
}

TEST(FetchClientTest, ReadsChunkedBodies) {
  LoopbackServer server(
      {respond_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nT: 1\r\n\r\n")});
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "abcde");
}

TEST(FetchClientTest, ReadsBodiesThatEndWithTheConnection) {
  LoopbackServer server({respond_with("HTTP/1.0 200 OK\r\n\r\nuntil the end")});
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "until the end");
  EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(FetchClientTest, SkipsInterimResponses) {
  LoopbackServer server(
      {respond_with("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")});
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(response->header("Link"), "");
}

TEST(FetchClientTest, ReadsNoBodyAfterHead) {
  LoopbackServer server({[](ServerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    connection.wait_for_close();
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.method = "HEAD";
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->header("content-length"), "100");
  fetching.fetch(FetchRequest("http://a:0/"));
  EXPECT_EQ(fetching.client.idle_connections(), 1U);
}

TEST(FetchClientTest, DoesNotFollowRedirects) {
  LoopbackServer server(
      {respond_with("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")});
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->status, 302U);
  EXPECT_EQ(response->header("Location"), "/other");
  EXPECT_EQ(server.connections(), 1);
}

TEST(FetchClientTest, ConnectsToIpv6Literals) {
  std::string seen;
  LoopbackServer server({[&](ServerConnection& connection) {
                          seen = connection.read_request();
                          connection.respond("six");
                        }},
                        Listen::ipv6);
  if (!server.is_listening()) GTEST_SKIP() << "no IPv6 loopback";
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "six");
  EXPECT_NE(seen.find("Host: [::1]:"), std::string::npos) << seen;
}

TEST(FetchClientTest, ConnectsToUnixSockets) {
  LoopbackServer server({[](ServerConnection& connection) {
                          connection.read_request();
                          connection.respond("local");
                        }},
                        Listen::unix_socket);
  Fetching fetching;
  FetchRequest request("http://localhost/ready");
  request.socket = server.socket();
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "local");
}

TEST(FetchClientTest, ResolvesNames) {
  LoopbackServer server({[](ServerConnection& connection) {
    connection.read_request();
    connection.respond("named");
  }});
  Fetching fetching;
  const auto response = fetching.get("http://localhost:" + std::to_string(server.port()) + "/");
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, "named");
}

TEST(FetchClientTest, NamesRequestAndAddressWhenNothingListens) {
  std::string url;
  {
    LoopbackServer server({});
    url = server.url("/p?token=secret");
  }
  Fetching fetching;
  const auto response = fetching.get(url);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::connect);
  const std::string address = url.substr(7, url.find("/p") - 7);
  EXPECT_EQ(response.error().text, "GET http://" + address + "/p?***: cannot connect to " +
                                       address + ": Connection refused");
}

TEST(FetchClientTest, RefusesLongSocketPaths) {
  Fetching fetching;
  FetchRequest request("http://localhost/");
  request.socket = "/" + std::string(200, 'a');
  const auto response = fetching.fetch(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::connect);
}

TEST(FetchClientTest, StopsAfterTheHeadWhenTheBodyIsNotRead) {
  LoopbackServer server({[](ServerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.wait_for_close();
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.read_body = false;
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

}  // namespace
}  // namespace sidestream::test
