// The Host of requests, and the form of their targets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

class HttpHost : public testing::Test {
 protected:
  Stage stage_{"embedded"};
  HttpConnection connect() { return HttpConnection(stage_.sidecar().streams()); }
};

TEST_F(HttpHost, Answers400WithoutOneValidHost) {
  for (const std::string path : {"/events/t", "/events?topic=t", "/nope"}) {
    for (const std::string hosts :
         {"", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a/b@c\r\n", "Host:\r\n",
          "Host: [::1\r\n", "Host: a:99999\r\n", "Host: a b\r\n"}) {
      auto connection = connect();
      connection.send("GET " + path + " HTTP/1.1\r\n" + hosts + "\r\n");
      EXPECT_EQ(connection.receive().status, 400) << path << ' ' << hosts;
    }
  }
  auto publish = connect();
  publish.send("POST /events/t HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(publish.receive().status, 400);
}

TEST_F(HttpHost, TakesHttp10WithoutHost) {
  auto without = connect();
  without.send("GET /nope HTTP/1.0\r\n\r\n");
  EXPECT_EQ(without.receive().status, 404);
  auto with = connect();
  with.send("GET /nope HTTP/1.0\r\nHost: a/b@c\r\n\r\n");
  EXPECT_EQ(with.receive().status, 400);
}

TEST_F(HttpHost, AcceptsAbsoluteForm) {
  auto absolute = connect();
  absolute.send("GET http://sidestream.test/events/t HTTP/1.1\r\nHost: sidestream.test\r\n\r\n");
  ASSERT_TRUE(eventually([&] {
    absolute.socket().receive(absolute.buffer(), 10ms);
    return absolute.buffer().find("\r\n\r\n") != std::string::npos;
  }));
  EXPECT_THAT(absolute.buffer(), testing::Not(testing::HasSubstr("HTTP/1.1 5")));
}

}  // namespace
}  // namespace e2e
