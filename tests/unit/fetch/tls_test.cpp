#include <gtest/gtest.h>

#include <filesystem>

#include "certificate.hpp"
#include "loopback_server.hpp"
#include "run_fetch.hpp"
#include "sidecar/fetch/client.hpp"

namespace sidestream::test {
namespace {

void echo_two(ServerConnection& connection) {
  for (int i = 0; i < 2; ++i) {
    if (connection.read_request().empty()) return;
    connection.respond("over TLS");
  }
  connection.wait_for_close();
}

std::string named(const LoopbackServer& server) {
  return "https://localhost:" + std::to_string(server.port()) + "/";
}

TEST(FetchTlsTest, SendsTheServerNameAndReusesTheConnection) {
  const Certificate certificate("DNS:localhost");
  LoopbackServer server({echo_two}, Listen::ipv4, &certificate);
  Fetching fetching(certificate.file());
  const auto first = fetching.get(named(server));
  ASSERT_TRUE(first) << error_text(first);
  EXPECT_EQ(first->body, "over TLS");
  EXPECT_EQ(server.server_name(), "localhost");
  const auto second = fetching.get(named(server));
  ASSERT_TRUE(second) << error_text(second);
  EXPECT_EQ(server.connections(), 1);
}

TEST(FetchTlsTest, VerifiesAddresses) {
  const Certificate certificate("IP:127.0.0.1");
  LoopbackServer server({echo_two}, Listen::ipv4, &certificate);
  Fetching fetching(certificate.file());
  const auto response = fetching.get(server.url("/"));
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(server.server_name(), "");
}

TEST(FetchTlsTest, RejectsAnotherHostName) {
  const Certificate certificate("DNS:other.example");
  LoopbackServer server({echo_two, echo_two}, Listen::ipv4, &certificate);
  Fetching fetching(certificate.file());
  for (const std::string& url : {named(server), server.url("/")}) {
    const auto response = fetching.get(url);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, FetchErrc::tls);
    EXPECT_NE(response.error().text.find("mismatch"), std::string::npos) << response.error().text;
  }
}

TEST(FetchTlsTest, RejectsAnUnknownAuthority) {
  const Certificate certificate("DNS:localhost");
  LoopbackServer server({echo_two}, Listen::ipv4, &certificate);
  Fetching fetching;
  const auto response = fetching.get(named(server));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::tls);
  EXPECT_NE(response.error().text.find("certificate rejected (self"), std::string::npos)
      << response.error().text;
  EXPECT_NE(response.error().text.find("trusted: the system's certificates"), std::string::npos);
}

TEST(FetchTlsTest, NamesAMissingCaFile) {
  const Certificate certificate("DNS:localhost");
  LoopbackServer server({echo_two}, Listen::ipv4, &certificate);
  Fetching fetching("/nowhere/ca.pem");
  const auto response = fetching.get(named(server));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::tls);
  EXPECT_NE(response.error().text.find("CA file /nowhere/ca.pem"), std::string::npos)
      << response.error().text;
}

TEST(FetchTlsTest, ReadsAReplacedCaFile) {
  const Certificate old_one("DNS:localhost");
  const Certificate new_one("DNS:localhost");
  LoopbackServer server({echo_two, echo_two}, Listen::ipv4, &new_one);
  Fetching fetching(old_one.file());
  EXPECT_FALSE(fetching.get(named(server)));
  std::filesystem::rename(new_one.file(), old_one.file());
  const auto response = fetching.get(named(server));
  EXPECT_TRUE(response) << error_text(response);
}

TEST(FetchTlsTest, ReportsAServerWithoutTls) {
  LoopbackServer server(
      {[](ServerConnection& connection) { connection.send("HTTP/1.1 400\r\n\r\n"); }});
  Fetching fetching;
  const auto response = fetching.get(named(server));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::tls) << response.error().text;
}

}  // namespace
}  // namespace sidestream::test
