// server.limits.connections: who is closed, and who is not.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/json.hpp>
#include <deque>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

// A connection from this address of the loopback network.
Socket connect_from(const Address& address, std::uint32_t source) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Socket connection = Socket::adopt(fd);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(source);
  bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(address.port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    throw WireError("cannot connect");
  return connection;
}

constexpr std::uint32_t stranger = 0x7f000109;  // 127.0.1.9

Staging limited(int connections) {
  return {.server = {"limits: { connections: " + std::to_string(connections) + " }"}};
}

double refused(Stage& stage, const std::string& reason) {
  return stage.sidecar().metrics().sum("sidestream_connections_refused_total",
                                       {"reason=\"" + reason + "\""});
}

bool is_closed(Socket& socket) {
  std::string nothing;
  return !socket.receive(nothing, 0s) && socket.end() != Socket::End::open;
}

TEST(ConnectionLimit, ClosesTheOldestIdleConnectionOfTheAddressThatHoldsMost) {
  Stage stage("embedded", limited(8));
  auto reader = stage.live();
  Socket own(stage.sidecar().streams());
  std::deque<Socket> strange;
  for (int i = 0; i < 6; ++i) strange.push_back(connect_from(stage.sidecar().streams(), stranger));
  strange[0].send("GET /half HTTP/1.1\r\n");
  HttpConnection newcomer(stage.sidecar().streams());
  EXPECT_EQ(newcomer.exchange({.target = "/nothing"}).status, 404);
  EXPECT_TRUE(eventually([&] { return is_closed(strange[0]); }));
  EXPECT_FALSE(is_closed(strange[1]));
  EXPECT_FALSE(is_closed(own));
  EXPECT_EQ(refused(stage, "idle"), 1);
  stage.append(1);
  reader.record();
}

TEST(ConnectionLimit, ClosesTheNewcomerWhenAllHaveARequestUnderWay) {
  Stage stage("embedded", limited(3));
  std::vector<EventStream> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(stage.live());
  Socket newcomer(stage.sidecar().streams());
  EXPECT_TRUE(eventually([&] { return is_closed(newcomer); }));
  EXPECT_EQ(refused(stage, "limit"), 1);
  EXPECT_EQ(get(stage.sidecar().admin(), "/livez").status, 200) << "another port, another limit";
  readers.pop_back();
  EXPECT_TRUE(eventually([&] {
    HttpConnection connection(stage.sidecar().streams());
    connection.send(Request{.target = "/nothing"});
    return !connection.closes(100ms) || !connection.buffer().empty();
  }));
  // The embedded log is written over the same port, so the last connection must be gone.
  EXPECT_TRUE(eventually([&] {
    return stage.sidecar().metrics().sum("sidestream_connections") <= 3;  // and the one that asks
  }));
  stage.append(1);
  for (auto& reader : readers) reader.record();
}

TEST(ConnectionLimit, WritesFewLinesAboutAFlood) {
  Stage stage("embedded", limited(10));
  std::deque<Socket> open;
  for (int i = 0; i < 500; ++i) open.emplace_back(stage.sidecar().streams());
  EXPECT_TRUE(eventually([&] { return refused(stage, "idle") >= 490; }));
  std::size_t lines = 0;
  for (const auto& line : log_lines(stage.sidecar().log())) {
    if (text_of(line, "message") != "connection closed") continue;
    ++lines;
    EXPECT_EQ(text_of(line, "client"), "127.0.0.1");
    EXPECT_EQ(text_of(line, "reason"), "idle");
  }
  EXPECT_GE(lines, 1u);
  EXPECT_LE(lines, 60u);
}

}  // namespace
}  // namespace e2e
