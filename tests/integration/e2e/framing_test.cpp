// Where a request ends: what could be read in two ways is refused, and nothing behind it is taken
// for another request.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

TEST(Framing, RefusesLengthWithChunked) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  connection.send(
      "POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
      "chunked\r\n\r\n"
      "0\r\n\r\nGET /events/nope HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto response = connection.receive();
  if (response.status < 400) {
    EXPECT_TRUE(connection.closes()) << "a smuggled request was answered: " << connection.buffer();
  }
}

TEST(Framing, ClosesOnAmbiguousFraming) {
  Stage stage("embedded");
  auto stream = stage.live();
  for (const auto* method : {"POST", "PUT", "GET"}) {
    for (const auto* coding : {"identity", "chunked, chunked", ""}) {
      SCOPED_TRACE(std::string(method) + " " + coding);
      HttpConnection connection(stage.sidecar().streams());
      connection.send(
          std::string(method) + " /events/t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding +
          "\r\n\r\nPOST /events/t HTTP/1.1\r\nHost: x\r\n" + "Content-Length: 8\r\n\r\nsmuggled");
      EXPECT_EQ(connection.receive().status, 400);
      EXPECT_TRUE(connection.closes()) << connection.buffer();
    }
  }
  stage.append_value("the first");
  EXPECT_EQ(stream.record().data, "the first");
}

// RFC 9112, 2.2.
TEST(Framing, IgnoresEmptyLinesBeforeARequest) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  const std::string publish = "POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";
  for (const auto* before : {"", "\r\n", "\r\n\r\n\r\n"}) {
    connection.send(before + publish + "\r\n");
    EXPECT_EQ(connection.receive().status, 201) << connection.buffer();
  }
  connection.send("\r");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  connection.send("\n" + publish);
  EXPECT_EQ(connection.receive().status, 201);
  connection.send("\r" + publish);
  EXPECT_EQ(connection.receive().status, 400);
}

}  // namespace
}  // namespace e2e
