// HTTP as it comes, not as it should: a clean answer to everything, and nobody holds a connection
// for free.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class Http : public testing::Test {
 protected:
  Stage stage_{"embedded"};
  HttpConnection connect() { return HttpConnection(stage_.sidecar().streams()); }
  // Whatever came before: a good client is served.
  void expect_service() {
    auto stream = stage_.live();
    stage_.append_value("still here");
    EXPECT_EQ(stream.record().data, "still here");
  }
};

TEST_F(Http, AnswersInvalidRequestsWith400AndCloses) {
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("GET /events/t\r\n\r\n"), std::string("GET /events/t HTTP/9.9\r\n\r\n"),
        std::string("GET  /events/t HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET /events/t HTTP/1.1\r\nbad header\r\n\r\n"),
        std::string("GET /events/t HTTP/1.1\r\n: x\r\n\r\n"),
        std::string("GET /events/t HTTP/1.1\r\nA B: x\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
        std::string("POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: "
                    "2\r\n\r\nab"),
        std::string(
            "POST /events/t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    SCOPED_TRACE(bytes.substr(0, 60));
    auto connection = connect();
    connection.send(bytes);
    connection.socket().finish_sending();
    Response response;
    try {
      response = connection.receive();
      EXPECT_GE(response.status, 400);
      EXPECT_LT(response.status, 600);
      EXPECT_NE(response.status, 500);
    } catch (const WireError& error) {
      EXPECT_THAT(error.what(), HasSubstr("closed without a response"));
    }
    EXPECT_TRUE(connection.closes()) << connection.buffer();
  }
  expect_service();
}

TEST_F(Http, AcceptsHeadsUpTo64KiB) {
  auto large = stage_.open("", {{"Cookie", std::string(60 * 1024, 'c')}});
  large.control("stream-open");
  for (const std::size_t size : {70u * 1024, 300u * 1024}) {
    auto connection = connect();
    try {
      connection.send("GET /events/t HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(size, 'c') +
                      "\r\n\r\n");
    } catch (const WireError&) {
      // It may have hung up before the end; the answer is there all the same.
    }
    EXPECT_EQ(connection.receive().status, 431);
    EXPECT_TRUE(connection.closes());
  }
  auto line = connect();
  line.send("GET /events/" + std::string(100 * 1024, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto status = line.receive().status;
  EXPECT_TRUE(status == 414 || status == 431) << status;
  expect_service();
}

TEST_F(Http, LimitsManySmallHeaders) {
  std::string request = "GET /events/t HTTP/1.1\r\nHost: x\r\n";
  while (request.size() < 100 * 1024) request += "X-A: b\r\n";
  auto connection = connect();
  try {
    connection.send(request + "\r\n");
  } catch (const WireError&) {
    // As above.
  }
  EXPECT_EQ(connection.receive().status, 431);
}

TEST_F(Http, AcceptsARequestByteByByte) {
  auto connection = connect();
  for (const char c : Request{.target = "/nope"}.text()) connection.send(std::string(1, c));
  EXPECT_EQ(connection.receive().status, 404);
}

TEST_F(Http, ClosesWhenTheHeadNeverEnds) {
  std::vector<HttpConnection> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(connect());
    slow.back().send("GET /events/t HTTP/1.1\r\nHost: x\r\n");
  }
  auto kept = connect();
  const Request request{.target = "/events/none"};
  EXPECT_EQ(kept.exchange(request).status, 404);
  expect_service();
  const auto begun = Clock::now();
  int drips = 0;
  // It drips on, so that silence is not what ends it.
  const bool ended = eventually(
      [&] {
        try {
          slow[0].send("X-" + std::to_string(drips++) + ": y\r\n");
        } catch (const WireError&) {
          return true;
        }
        return slow[0].socket().receive(slow[0].buffer(), 0ms) ||
               slow[0].socket().end() != Socket::End::open;
      },
      45s, 250ms);
  EXPECT_TRUE(ended) << "a request that never ends holds its connection";
  EXPECT_LT(Clock::now() - begun, 40s);
  for (auto& connection : slow) {
    if (&connection == &slow[0]) continue;
    try {
      const auto response = connection.receive(5s * patience);
      EXPECT_EQ(response.status, 408);
    } catch (const WireError& error) {
      EXPECT_THAT(error.what(), HasSubstr("closed without a response"));
    }
  }
  EXPECT_EQ(kept.exchange(request).status, 404) << "between requests it may wait longer";
}

TEST_F(Http, KeepsTheConnectionAlive) {
  auto connection = connect();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(connection.exchange({.target = "/nope"}).status, 404);
    EXPECT_EQ(connection.exchange({.target = Stage::path, .method = "POST", .body = "x"}).status,
              201);
    EXPECT_EQ(connection.exchange({.target = Stage::path, .method = "DELETE"}).status, 405);
  }
}

TEST_F(Http, ClosesWhenTheBodyIsNotRead) {
  auto connection = connect();
  const auto response =
      connection.exchange({.target = Stage::path, .method = "PUT", .body = std::string(100, 'x')});
  EXPECT_EQ(response.status, 405);
  if (response.header("Connection") == "close") {
    EXPECT_TRUE(connection.closes());
  } else {
    EXPECT_EQ(connection.exchange({.target = "/nope"}).status, 404);
  }
}

TEST_F(Http, HonoursConnectionClose) {
  auto connection = connect();
  EXPECT_EQ(connection.exchange({.target = "/nope", .headers = {{"Connection", "close"}}}).status,
            404);
  EXPECT_TRUE(connection.closes());
  auto old = connect();
  EXPECT_EQ(old.exchange({.target = "/nope", .version = "HTTP/1.0"}).status, 404);
  EXPECT_TRUE(old.closes());
}

TEST_F(Http, AnswersPipelinedRequestsInOrder) {
  auto connection = connect();
  std::string requests;
  for (int i = 0; i < 30; ++i) {
    requests += Request{.target = Stage::path, .method = "POST", .body = std::to_string(i)}.text();
    requests += Request{.target = "/nope"}.text();
  }
  auto stream = stage_.live();
  connection.send(requests);
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(connection.receive().status, 201);
    ASSERT_EQ(connection.receive().status, 404);
  }
  for (int i = 0; i < 30; ++i) EXPECT_EQ(stream.record().data, std::to_string(i));
}

TEST_F(Http, StartsAStreamAfterOtherRequests) {
  auto connection = connect();
  connection.send(Request{.target = "/nope"}.text() + Request{.target = Stage::path}.text());
  EXPECT_EQ(connection.receive().status, 404);
  ASSERT_TRUE(eventually([&] {
    connection.socket().receive(connection.buffer(), 10ms);
    return connection.buffer().find("stream-open") != std::string::npos;
  }));
  EXPECT_THAT(connection.buffer(), HasSubstr("HTTP/1.1 200"));
}

TEST_F(Http, IgnoresBytesAfterAStreamRequest) {
  auto connection = connect();
  connection.send(Request{.target = Stage::path}.text() + Request{.target = "/nope"}.text() +
                  "garbage garbage");
  ASSERT_TRUE(eventually([&] {
    connection.socket().receive(connection.buffer(), 10ms);
    return connection.buffer().find("stream-open") != std::string::npos ||
           connection.socket().end() != Socket::End::open;
  }));
  expect_service();
}

TEST_F(Http, DropsABodyWhenTheClientDisconnects) {
  for (int i = 0; i < 50; ++i) {
    auto connection = connect();
    connection.send("POST /events/t HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart");
  }
  auto stream = stage_.live();
  stage_.append_value("whole");
  EXPECT_EQ(stream.record().data, "whole");
}

TEST_F(Http, SurvivesRandomBytes) {
  std::mt19937 random(1);
  const std::string seed = Request{.target = "/events/t?from=earliest&tail=3",
                                   .method = "POST",
                                   .headers = {{"Last-Event-ID", "42"}, {"Origin", "x"}},
                                   .body = "hello"}
                               .text();
  for (int i = 0; i < 400; ++i) {
    std::string bytes = seed;
    for (int change = 0; change < 6; ++change) {
      const auto at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, random() % 10);
          break;
        default:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
      }
    }
    auto connection = connect();
    try {
      connection.send(bytes);
    } catch (const WireError&) {
      continue;
    }
    connection.socket().receive(connection.buffer(), 2ms);
  }
  ASSERT_TRUE(stage_.sidecar().process().running());
  expect_service();
}

TEST_F(Http, HidesSecretsOfUrlsAndHeaders) {
  auto stream = stage_.open(
      "access_token=hunter2-url&lastEventId=hunter2-id",
      {{"Authorization", "Bearer hunter2-header"}, {"Cookie", "session=hunter2-cookie"}});
  stream.next();
  get(stage_.sidecar().streams(), "/events/nope?token=hunter2-url",
      {{"Authorization", "hunter2-header"}});
  auto connection = connect();
  connection.send("GET /hunter2-broken HTTP/1.1\r\nAuthorization hunter2-broken\r\n\r\n");
  connection.closes(1s);
  for (const auto* page : {"/metrics", "/topics", "/readyz"}) {
    EXPECT_EQ(get(stage_.sidecar().admin(), page).body.find("hunter2"), std::string::npos) << page;
  }
  EXPECT_EQ(stage_.sidecar().log().find("hunter2"), std::string::npos) << stage_.sidecar().log();
}

}  // namespace
}  // namespace e2e
