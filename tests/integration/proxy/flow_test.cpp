// Bodies flow: each part passes as it comes, both ways at once, and requests on one connection
// follow each other.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyFlow);

TEST_P(ProxyFlow, ForwardsRequestPiecesAsTheyArrive) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab");
  auto app = stage.app();
  auto head = app.request_head();
  EXPECT_EQ(app.bytes(2), "ab");
  client.send("cd");
  EXPECT_EQ(app.bytes(2), "cd");
  client.send("ef");
  EXPECT_EQ(app.bytes(2), "ef");
  app.send(answer_text("200 OK"));
  EXPECT_EQ(client.answer().status(), 200);
}

TEST_P(ProxyFlow, ForwardsRequestChunksAsTheyArrive) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("ab"));
  auto app = stage.app();
  auto message = app.request_head();
  ASSERT_EQ(message.value("Transfer-Encoding"), "chunked");
  EXPECT_EQ(app.chunk(), "ab");
  client.send(chunk("cd"));
  EXPECT_EQ(app.chunk(), "cd");
  client.send("0\r\n\r\n");
  EXPECT_EQ(app.chunk(), "");
  EXPECT_EQ(app.bytes(2), "\r\n");
}

TEST_P(ProxyFlow, ForwardsResponsePiecesAsTheyArrive) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.answer_head().status(), 200);
  app.send("ab");
  EXPECT_EQ(client.bytes(2), "ab");
  app.send("cd");
  EXPECT_EQ(client.bytes(2), "cd");
  EXPECT_TRUE(client.is_quiet(50ms));
}

// A head byte by byte, from both sides.
TEST_P(ProxyFlow, TakesHeadsByteByByte) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  for (const char c : request_text("POST /slow", {"X-A: b"}, "xy")) client.send(std::string(1, c));
  auto app = stage.app();
  EXPECT_EQ(app.request().body, "xy");
  for (const char c :
       answer_text("200 OK", {"Transfer-Encoding: chunked"}, chunk("xyz") + "0\r\n\r\n")) {
    app.send(std::string(1, c));
  }
  EXPECT_EQ(client.answer().body, "xyz");
}

TEST_P(ProxyFlow, ForwardsBothBodiesAtOnce) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("q1"));
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.chunk(), "q1");
  app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("a1"));
  EXPECT_EQ(client.answer_head().status(), 200);
  EXPECT_EQ(client.chunk(), "a1");
  client.send(chunk("q2"));
  EXPECT_EQ(app.chunk(), "q2");
  app.send(chunk("a2"));
  EXPECT_EQ(client.chunk(), "a2");
  client.send("0\r\n\r\n");
  EXPECT_EQ(app.chunk(), "");
  app.send("0\r\n\r\n");
  EXPECT_EQ(client.chunk(), "");
}

// The app has said no before it has read the body: the client is told, and does not need to send
// it.
TEST_P(ProxyFlow, ForwardsAResponseBeforeTheBodyEnds) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nbegin");
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.bytes(5), "begin");
  app.send(answer_text("413 Too Large", {"Connection: close"}, "no"));
  app.finish_sending();
  const auto answer = client.answer();
  EXPECT_EQ(answer.status(), 413);
  EXPECT_EQ(answer.body, "no");
  EXPECT_TRUE(client.closes()) << "the rest of the body would be taken for a request";
}

// What follows a refused head may be the body that was announced: it is never a request.
TEST_P(ProxyFlow, ClosesWhenARefusedBodyWasNotRead) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\nExpect: 100-continue\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  app.send(answer_text("417 Expectation Failed"));
  EXPECT_EQ(client.answer().status(), 417);
  client.try_send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(stage.listener().is_quiet(300ms));
  EXPECT_EQ(app.pending(0ms).find("X-Request-Id"), std::string::npos)
      << "it was forwarded as a request";
}

TEST_P(ProxyFlow, AnswersPipelinedRequestsInOrder) {
  ProxyStage stage(GetParam());
  App app(stage.listener());
  auto client = stage.client();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += request_text("POST /" + std::to_string(i), {},
                             std::string(static_cast<std::size_t>(i), 'x'));
    requests += request_text("GET /" + std::to_string(i));
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    const auto number = std::to_string(i);
    EXPECT_EQ(client.answer().body,
              "POST /" + number + "\n" + std::string(static_cast<std::size_t>(i), 'x'));
    EXPECT_EQ(client.answer().body, "GET /" + number + "\n");
  }
  EXPECT_EQ(app.account().requests.size(), 100u);
}

TEST_P(ProxyFlow, KeepsTheAppConnectionWhenTheClientCloses) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    App::mirror(peer, request);
    return true;
  });
  for (int i = 0; i < 3; ++i) {
    auto client = stage.client();
    EXPECT_EQ(client.ask(request_text("GET /", {"Connection: close"})).status(), 200);
    EXPECT_TRUE(client.closes());
  }
  EXPECT_EQ(app.connections(), 1u) << "the app's connection ended with the client's";
  EXPECT_FALSE(app.last().has("Connection") && same_word(app.last().value("Connection"), "close"));
}

TEST_P(ProxyFlow, KeepsTheClientConnectionWhenTheAppCloses) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message&) {
    peer.send(answer_text("200 OK", {"Connection: close"}, "x"));
    return false;
  });
  auto client = stage.client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(request_text("POST /", {}, "y"));
    EXPECT_EQ(answer.body, "x");
    EXPECT_FALSE(same_word(answer.value("Connection"), "close"));
  }
}

// Many clients at once, each of whom must get the answers to its own requests.
TEST_P(ProxyFlow, GivesEachOfManyClientsItsOwnResponses) {
  ProxyStage stage(GetParam(), {.threads = 4});
  App app(stage.listener());
  std::atomic<int> wrong{0};
  std::vector<std::thread> clients;
  for (int who = 0; who < 16; ++who) {
    clients.emplace_back([&, who] {
      try {
        auto client = stage.client();
        for (int i = 0; i < (sanitized ? 20 : 100); ++i) {
          const auto target = "/" + std::to_string(who) + "/" + std::to_string(i);
          const std::string body(static_cast<std::size_t>(i * 997 % 20000),
                                 static_cast<char>('a' + who));
          if (client.ask(request_text("PUT " + target, {}, body)).body !=
              "PUT " + target + "\n" + body)
            ++wrong;
        }
      } catch (const WireError& error) {
        ADD_FAILURE() << error.what();
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
}

}  // namespace
}  // namespace e2e
