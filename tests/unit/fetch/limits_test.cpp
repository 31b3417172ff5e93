#include <gtest/gtest.h>

#include <chrono>

#include "loopback_server.hpp"
#include "run_fetch.hpp"
#include "sidecar/fetch/client.hpp"

namespace sidestream::test {
namespace {

using namespace std::chrono_literals;

// The error of a GET that is answered with `bytes`, after which the server closes.
FetchError error_of(const std::string& bytes) {
  LoopbackServer server({[&](ServerConnection& connection) {
    connection.read_request();
    connection.send(bytes);
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.max_body = 1000;
  const auto response = fetching.fetch(request);
  return response ? FetchError() : response.error();
}

// The error of a GET with a total deadline of 50 ms, whose server sends `bytes` and then nothing.
FetchError error_of_slow(const std::string& bytes) {
  LoopbackServer server({[&](ServerConnection& connection) {
    connection.read_request();
    connection.send(bytes);
    connection.wait_for_close();
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.within = 50ms;
  const auto response = fetching.fetch(request);
  return response ? FetchError() : response.error();
}

TEST(FetchLimitsTest, EndsAtTheTotalDeadline) {
  for (const char* bytes : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"}) {
    const FetchError error = error_of_slow(bytes);
    EXPECT_EQ(error.code, FetchErrc::timeout) << bytes;
    EXPECT_NE(error.text.find("no complete response within 50 ms"), std::string::npos)
        << error.text;
  }
}

TEST(FetchLimitsTest, EndsAtTheConnectDeadline) {
  const Certificate certificate("DNS:localhost");
  // The server accepts nothing, so that the handshake gets no answer.
  LoopbackServer plain({[](ServerConnection& connection) { connection.wait_for_close(); }});
  Fetching fetching(certificate.file());
  FetchRequest request("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  request.connect_within = 50ms;
  const auto response = fetching.fetch(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::timeout);
  EXPECT_NE(response.error().text.find("TLS handshake"), std::string::npos);
}

TEST(FetchLimitsTest, RefusesLargeBodies) {
  const std::string body(1001, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& bytes :
       {head + "Content-Length: 1001\r\n\r\n" + body, head + "\r\n" + body,
        head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + body + "\r\n0\r\n\r\n"}) {
    const FetchError error = error_of(bytes);
    EXPECT_EQ(error.code, FetchErrc::too_large);
    EXPECT_NE(error.text.find("response body exceeds 1000 bytes"), std::string::npos) << error.text;
  }
}

TEST(FetchLimitsTest, AcceptsABodyOfTheLimit) {
  const std::string body(1000, 'x');
  LoopbackServer server({[&](ServerConnection& connection) {
    connection.read_request();
    connection.respond(body);
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.max_body = 1000;
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(response->body, body);
}

TEST(FetchLimitsTest, RefusesLargeHeads) {
  const FetchError error =
      error_of("HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(error.code, FetchErrc::too_large);
}

TEST(FetchLimitsTest, ReportsAMissingResponse) {
  const FetchError error = error_of("");
  EXPECT_EQ(error.code, FetchErrc::closed);
  EXPECT_NE(error.text.find("connection closed before the response"), std::string::npos);
}

TEST(FetchLimitsTest, ReportsACutResponse) {
  for (const char* bytes : {"HTTP/1.1 2", "HTTP/1.1 200 OK\r\nA: b\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    const FetchError error = error_of(bytes);
    EXPECT_EQ(error.code, FetchErrc::incomplete) << bytes << ": " << error.text;
  }
}

TEST(FetchLimitsTest, ReportsWhatIsNotHttp) {
  for (const char* bytes : {"SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                            "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    const FetchError error = error_of(bytes);
    EXPECT_EQ(error.code, FetchErrc::malformed) << bytes << ": " << error.text;
  }
}

}  // namespace
}  // namespace sidestream::test
