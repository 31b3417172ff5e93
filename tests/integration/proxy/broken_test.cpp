// An answer that the app breaks in the middle is broken for the client too: nobody takes a part for
// the whole.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyBroken);

struct Break {
  const char* name;
  std::string bytes;
  bool abruptly;
};

const std::string length_100 = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart";
const std::string chunked_part =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n";

TEST_P(ProxyBroken, CutsTheClientWhenTheAppBreaksOff) {
  ProxyStage stage(GetParam());
  for (const auto& [name, bytes, abruptly] :
       std::vector<Break>{{"length, closed", length_100, false},
                          {"length, reset", length_100, true},
                          {"chunked, closed", chunked_part, false},
                          {"chunked, reset", chunked_part, true},
                          {"in a chunk", chunked_part + "64\r\npart", false},
                          {"in a chunk's size", chunked_part + "6", false},
                          {"before the last blank line", chunked_part + "0\r\n", false},
                          {"in the trailers", chunked_part + "0\r\nX-Trailer: 1\r\n", false}}) {
    SCOPED_TRACE(name);
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send(bytes);
    auto head = client.answer_head();
    EXPECT_EQ(head.status(), 200);
    abruptly ? app.reset() : app.close();
    EXPECT_THROW(client.body(head, answer_framing(head, false)), Cut);
  }
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
  EXPECT_EQ(stage.metric("pool_idle"), 0);
}

// As long as nothing was sent it can still be said.
TEST_P(ProxyBroken, Returns502WhenTheFirstPieceIsInvalid) {
  ProxyStage stage(GetParam());
  for (const auto* garbage : {"zz\r\n", "4\r\npart5\r\npart\r\n", "fffffffffffffffff\r\n"}) {
    SCOPED_TRACE(garbage);
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + garbage);
    expect_error(client.answer(), 502, "broken_answer");
  }
}

TEST_P(ProxyBroken, CutsTheClientWhenChunksAreInvalid) {
  ProxyStage stage(GetParam());
  for (const auto* garbage : {"zz\r\n", "-1\r\nx\r\n", "4\r\npart5\r\npart\r\n",
                              "fffffffffffffffff\r\n", "\r\n", "4 \rpart"}) {
    SCOPED_TRACE(garbage);
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send(chunked_part);
    auto head = client.answer_head();
    app.send(garbage);
    EXPECT_THROW(client.body(head, answer_framing(head, false)), Cut);
    EXPECT_TRUE(app.closes(soon));
  }
}

TEST_P(ProxyBroken, ResetsABodyWithoutLengthWhenTheAppResets) {
  ProxyStage stage(GetParam());
  for (const bool abruptly : {false, true}) {
    auto [client, app, seen] = stage.relay(request_text("GET /"));
    app.send("HTTP/1.1 200 OK\r\n\r\npart");
    auto head = client.answer_head();
    const auto framing = answer_framing(head, false);
    if (framing.kind == Framing::Kind::chunked) {
      EXPECT_EQ(client.chunk(), "part");
    } else {
      EXPECT_EQ(client.bytes(4), "part");
    }
    abruptly ? app.reset() : app.close();
    if (abruptly && GetParam() == "tcp") {  // a Unix socket knows a reset only with bytes unread
      EXPECT_THROW(client.body(head, framing), Cut);
    } else {
      EXPECT_NO_THROW(client.body(head, framing));
    }
  }
}

// The client has begun an upload, the app has begun to answer and dies.
TEST_P(ProxyBroken, CutsTheClientWhenTheAppDiesDuringBothBodies) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("q1"));
  auto app = stage.app();
  app.request_head();
  EXPECT_EQ(app.chunk(), "q1");
  app.send(chunked_part);
  auto head = client.answer_head();
  EXPECT_EQ(client.chunk(), "part");
  app.close();
  EXPECT_EQ(client.rest(), "");
}

}  // namespace
}  // namespace e2e
