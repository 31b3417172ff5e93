// Event streams of the app itself: block by block, as they are, until one side ends.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyAppStream);

struct Framed {
  std::string head;
  bool chunked;
};

std::vector<Framed> framings() {
  const std::string type = "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n";
  return {{"HTTP/1.1 200 OK\r\n" + type + "Transfer-Encoding: chunked\r\n\r\n", true},
          {"HTTP/1.1 200 OK\r\n" + type + "\r\n", false},
          {"HTTP/1.0 200 OK\r\n" + type + "\r\n", false}};
}

// The next bytes of the body, however they are framed towards the client.
std::string next(Peer& client, const Framing& framing, std::size_t size) {
  if (framing.kind != Framing::Kind::chunked) return client.bytes(size);
  std::string data;
  while (data.size() < size) {
    const auto part = client.chunk();
    if (part.empty()) throw WireError("the stream ends");
    data += part;
  }
  return data;
}

TEST_P(ProxyAppStream, ForwardsEachBlockAtOnce) {
  ProxyStage stage(GetParam());
  for (const auto& [head, chunked] : framings()) {
    auto [client, app, seen] =
        stage.relay(request_text("GET /feed", {"Accept: text/event-stream"}));
    app.send(head);
    const auto answer = client.answer_head();  // before anything else is there
    EXPECT_EQ(answer.value("Content-Type"), "text/event-stream");
    const auto framing = answer_framing(answer, false);
    for (const std::string block :
         {":\n", "id: 1\n", "data: x\n\n", ":\n", "data: y\n\n", ": heartbeat\n\n"}) {
      app.send(chunked ? chunk(block) : block);
      EXPECT_EQ(next(client, framing, block.size()), block);
    }
    EXPECT_TRUE(client.is_quiet(50ms)) << "something was added";
    app.close();
    // A stream in chunks was cut, the others end so.
    EXPECT_EQ(client.pending(soon).find("data"), std::string::npos);
  }
}

TEST_P(ProxyAppStream, EndsWhenTheAppEndsIt) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /feed"));
  app.send(framings()[0].head + chunk("data: x\n\n"));
  auto answer = client.answer_head();
  EXPECT_EQ(client.chunk(), "data: x\n\n");
  app.close();
  EXPECT_EQ(client.rest(soon), "") << "a cut stream was completed";
  auto again = stage.relay(request_text("GET /feed"));
  again.app.send(framings()[0].head + chunk("data: x\n\n") + "0\r\n\r\n");
  EXPECT_EQ(again.client.answer().body, "data: x\n\n");
}

TEST_P(ProxyAppStream, LeavesContentEncodingUnchanged) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /feed", {"Accept-Encoding: gzip, br"}));
  EXPECT_EQ(seen.value("Accept-Encoding"), "gzip, br");
  const std::string bytes("\x1f\x8b\x08\0\0\0\0\0\0\x03\xff", 11);
  app.send(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      chunk(bytes));
  const auto answer = client.answer_head();
  EXPECT_EQ(answer.value("Content-Encoding"), "gzip");
  EXPECT_EQ(next(client, answer_framing(answer, false), bytes.size()), bytes);
}

TEST_P(ProxyAppStream, ForwardsLastEventId) {
  ProxyStage stage(GetParam());
  auto relay = stage.relay(request_text("GET /feed?lastEventId=3", {"Last-Event-ID: 42"}));
  EXPECT_EQ(relay.seen.value("Last-Event-ID"), "42");
  EXPECT_EQ(relay.seen.target(), "/feed?lastEventId=3");
}

}  // namespace
}  // namespace e2e
