// The response to a stream request waits for the start, for at most 2 s.

#include <gtest/gtest.h>
#include <signal.h>

#include <future>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

std::string request(const std::string& query) {
  return "GET /events/t?" + query + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

class FirstWrite : public OnBroker {};
ON_KINDS(FirstWrite, one_of_each());

TEST_P(FirstWrite, HasTheHeadAndStreamOpen) {
  Stage stage(GetParam());
  for (const auto* query : {"from=live", "from=earliest"}) {
    Socket socket(stage.sidecar().streams());
    socket.send(request(query));
    std::string bytes;
    ASSERT_TRUE(socket.receive(bytes, 10s * patience));
    EXPECT_TRUE(bytes.starts_with("HTTP/1.1 200 OK\r\n")) << bytes;
    EXPECT_NE(bytes.find("\r\n\r\n"), std::string::npos) << bytes;
    EXPECT_NE(bytes.find("event: stream-open\n"), std::string::npos) << bytes;
  }
}

TEST(WaitingForTheStart, SendsTheHeadWithoutThePlanAfterTwoSeconds) {
  RedisServer server;
  Stage stage(make_redis_source(server), {.server = {"heartbeat: 200ms"}});
  stage.append(1);
  server.process().signal(SIGSTOP);
  const auto asked = Clock::now();
  auto stream = stage.open("from=earliest");
  EXPECT_GT(Clock::now() - asked, 1500ms);
  EXPECT_LT(Clock::now() - asked, 4s * patience);
  for (int i = 0; i < 3; ++i) stream.heartbeat(2s * patience);
  server.process().signal(SIGCONT);
  Ledger(stage.partitions()).read(stream, stage.written(), 30s * patience);
  EXPECT_EQ(stream.count_of("stream-open"), 1);
}

TEST(WaitingForTheStart, ReleasesAClientThatLeaves) {
  RedisServer server;
  Stage stage(make_redis_source(server), {.server = {"heartbeat: 200ms"}});
  stage.append(1);
  server.process().signal(SIGSTOP);
  const auto streams = [&] { return stage.sidecar().metrics().sum("sidestream_streams"); };
  {
    std::vector<Socket> clients;
    for (int i = 0; i < 20; ++i) {
      clients.emplace_back(stage.sidecar().streams());
      clients.back().send(request("from=earliest"));
    }
    EXPECT_TRUE(eventually([&] { return streams() == 20; }, 1s * patience));
  }
  EXPECT_TRUE(eventually([&] { return streams() == 0; }, 1s * patience));
  server.process().signal(SIGCONT);
  auto stream = stage.open("from=earliest");
  Ledger(stage.partitions()).read(stream, stage.written(), 30s * patience);
}

TEST(WaitingForTheStart, EndsWithTheOwnIdWhenADrainComesFirst) {
  RedisServer server;
  Stage stage(make_redis_source(server), {.server = {"drain: 500ms"}});
  stage.append(1);
  server.process().signal(SIGSTOP);
  auto stream = stage.resume("5-5");
  stage.sidecar().process().signal(SIGTERM);
  const auto last = stream.control("stream-shutdown");
  EXPECT_EQ(last.id, "5-5");
  server.process().signal(SIGCONT);
}

// Whatever the broker refuses is asked again while somebody waits.
TEST(RefusedStart, OpensEveryKindOfStreamWhenTheBrokerAllowsIt) {
  RedisServer server;
  RedisClient client(server.address());
  client.command({"SET", "s", "not a stream"});
  Sidecar sidecar({.server = {"heartbeat: 200ms"},
                   .connectors = {"r: { redis: { url: \"" + server.url() + "\" } }"},
                   .topics = {"t: { from: r, stream: s }", "u: { from: r, stream: other }"}});
  std::vector<std::future<EventStream>> opening;
  for (const std::string target :
       {"/events/t", "/events/t?from=earliest", "/events/t?since=10m", "/events/t?tail=5",
        "/events/t?lastEventId=0-0", "/events?topic=t&topic=u"}) {
    opening.push_back(std::async(
        std::launch::async, [&sidecar, target] { return EventStream(sidecar.streams(), target); }));
  }
  std::vector<EventStream> streams;
  for (auto& stream : opening) streams.push_back(stream.get());
  for (auto& stream : streams) stream.heartbeat();
  client.command({"DEL", "s"});
  for (auto& stream : streams) stream.control("stream-open", 20s * patience);
}

}  // namespace
}  // namespace e2e
