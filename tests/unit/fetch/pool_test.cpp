#include <gtest/gtest.h>

#include "loopback_server.hpp"
#include "run_fetch.hpp"
#include "sidecar/fetch/client.hpp"

namespace sidestream::test {
namespace {

// Answers each request on the connection with its path.
void echo_paths(ServerConnection& connection) {
  for (;;) {
    const std::string request = connection.read_request();
    if (request.empty()) return;
    const auto path = request.find(' ') + 1;
    connection.respond(request.substr(path, request.find(' ', path) - path));
  }
}

void echo_one(ServerConnection& connection) {
  connection.read_request();
  connection.respond("one");
}

TEST(FetchPoolTest, ReusesAConnection) {
  LoopbackServer server({echo_paths});
  Fetching fetching;
  EXPECT_EQ(fetching.get(server.url("/1"))->body, "/1");
  EXPECT_EQ(fetching.client.idle_connections(), 1U);
  EXPECT_EQ(fetching.get(server.url("/2"))->body, "/2");
  EXPECT_EQ(server.connections(), 1);
}

TEST(FetchPoolTest, ReplacesAnIdleConnectionThatWasClosed) {
  LoopbackServer server({echo_one, echo_one});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  const auto second = fetching.get(server.url("/"));
  ASSERT_TRUE(second) << error_text(second);
  EXPECT_EQ(server.connections(), 2);
}

TEST(FetchPoolTest, RetriesOnceWhenAReusedConnectionCloses) {
  LoopbackServer server({[](ServerConnection& connection) {
                           echo_one(connection);
                           connection.read_request();  // and closes without a response
                         },
                         echo_one});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  const auto second = fetching.get(server.url("/"));
  ASSERT_TRUE(second) << error_text(second);
  EXPECT_EQ(second->body, "one");
  EXPECT_EQ(server.connections(), 2);
}

TEST(FetchPoolTest, DoesNotRetryOnANewConnection) {
  LoopbackServer server(
      {[](ServerConnection& connection) { connection.read_request(); }, echo_one});
  Fetching fetching;
  const auto response = fetching.get(server.url("/"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::closed);
  EXPECT_EQ(server.connections(), 1);
}

TEST(FetchPoolTest, DoesNotRetryAResponseThatHasBegun) {
  LoopbackServer server({[](ServerConnection& connection) {
                           echo_one(connection);
                           connection.read_request();
                           connection.send("HTTP/1.1 200");
                         },
                         echo_one});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  const auto response = fetching.get(server.url("/"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, FetchErrc::incomplete);
}

TEST(FetchPoolTest, SendsAPostOnANewConnection) {
  LoopbackServer server({echo_one, echo_one});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  FetchRequest request(server.url("/"));
  request.method = "POST";
  const auto response = fetching.fetch(request);
  ASSERT_TRUE(response) << error_text(response);
  EXPECT_EQ(server.connections(), 2);
}

TEST(FetchPoolTest, ClosesWhenTheServerAsksForIt) {
  LoopbackServer server({[](ServerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_close();
  }});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(FetchPoolTest, ClosesAConnectionWithUnexpectedBytes) {
  LoopbackServer server({[](ServerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n");
    connection.wait_for_close();
  }});
  Fetching fetching;
  ASSERT_TRUE(fetching.get(server.url("/")));
  EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(FetchPoolTest, ClosesWithoutKeepAlive) {
  std::string seen;
  LoopbackServer server({[&](ServerConnection& connection) {
    seen = connection.read_request();
    connection.respond("one");
    connection.wait_for_close();
  }});
  Fetching fetching;
  FetchRequest request(server.url("/"));
  request.keep_alive = false;
  ASSERT_TRUE(fetching.fetch(request));
  EXPECT_NE(seen.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

}  // namespace
}  // namespace sidestream::test
