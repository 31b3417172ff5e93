// Paths with parameters: one topic of the file stands for many logs.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Template : public testing::TestWithParam<std::string> {
 protected:
  // Redis: the stream `prefix:A:B`.
  Config config(const std::string& more = {}) const {
    return {.connectors = {GetParam() == "redis"
                               ? "b: { redis: { url: \"" + shared_redis().url() + "\" } }"
                               : std::string("b: { embedded: {} }")},
            .topics = {"chat: { path: \"/chat/{session}\", from: b, stream: \"" + prefix_ +
                           ":{session}\", publish: true" + more + " }",
                       "pair: { path: \"/pair/{a}/x/{b}\", from: b, stream: \"" + prefix_ +
                           ":{a}:{b}\" }"}};
  }
  const std::string prefix_ = unique_name("tpl");
};
INSTANTIATE_TEST_SUITE_P(On, Template, testing::Values("embedded", "redis"), kind_name);

void say(Sidecar& sidecar, const std::string& path, const std::string& text) {
  const auto response = post(sidecar.streams(), path, text);
  ASSERT_EQ(response.status, 201) << response.raw << response.body;
}

TEST_P(Template, NamesTheLogByParameter) {
  Sidecar sidecar(config());
  EventStream ann(sidecar.streams(), "/chat/ann"), bob(sidecar.streams(), "/chat/bob");
  ann.control("stream-open");
  bob.control("stream-open");
  say(sidecar, "/chat/ann", "to ann");
  say(sidecar, "/chat/bob", "to bob");
  EXPECT_EQ(ann.record().data, "to ann");
  EXPECT_EQ(bob.record().data, "to bob");
  EXPECT_TRUE(ann.is_silent(50ms));
  auto again = EventStream::resume(sidecar.streams(), "/chat/ann", ann.last_id());
  say(sidecar, "/chat/ann", "more");
  EXPECT_EQ(again.record().data, "more");
}

TEST_P(Template, ServesReadersBeforeTheFirstRecord) {
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/chat/early");
  const auto id = stream.control("stream-open").id.value();
  stream.drop();
  say(sidecar, "/chat/early", "first");
  auto again = EventStream::resume(sidecar.streams(), "/chat/early", id);
  EXPECT_EQ(again.record().data, "first");
}

TEST(TemplateInMemory, LogsShareTheirRetention) {
  Sidecar sidecar({.connectors = {"b: { embedded: { retention: { records: 500 } } }"},
                   .topics = {"chat: { path: \"/chat/{session}\", from: b, publish: true, "
                              "stream: \"{session}\", max_logs: 20000, linger: 0s }"}});
  EventStream stream(sidecar.streams(), "/chat/reader");
  stream.control("stream-open");
  say(sidecar, "/chat/reader", "first");
  const auto id = stream.record().id.value();
  for (int i = 0; i < 10; ++i) say(sidecar, "/chat/reader", "lost");
  stream.drop();
  // An open log would still have the records in its own memory.
  ASSERT_TRUE(eventually([&] { return sidecar.metrics().sum("sidestream_open_logs") == 0; }));
  HttpConnection attacker(sidecar.streams());
  for (int i = 0; i < 10'000; ++i) {
    attacker.send("POST /chat/s" + std::to_string(i) +
                  " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
    ASSERT_EQ(attacker.receive().status, 201) << i;
  }
  auto again = EventStream::resume(sidecar.streams(), "/chat/reader", id);
  const auto gap = again.control("stream-gap");
  EXPECT_EQ(gap.field("reason"), "\"retention\"");
  say(sidecar, "/chat/reader", "next");
  EXPECT_EQ(again.record().data, "next");
}

TEST_P(Template, RefusesParametersOutsideTheAlphabet) {
  Sidecar sidecar(config());
  for (const std::string& segment :
       {std::string(".."),     std::string("."),         std::string("%2e%2e"),
        std::string("*"),      std::string("a*"),        std::string("a%2Fb"),
        std::string("a%2fb"),  std::string("%00"),       std::string("a%0Ab"),
        std::string("a%0D"),   std::string("%7F"),       std::string("a%20b"),
        std::string("%C3%A9"), std::string("%ff"),       std::string("a:b"),
        std::string("%"),      std::string("%4"),        std::string("%zz"),
        std::string("a%3Ab"),  std::string("{session}"), std::string("%7Bsession%7D"),
        std::string("a%2Db"),  std::string(129, 'a'),    std::string(4000, 'a')}) {
    const auto response = get(sidecar.streams(), "/chat/" + segment);
    EXPECT_GE(response.status, 400) << segment.substr(0, 40);
    EXPECT_LT(response.status, 500) << segment.substr(0, 40);
    const auto posted = post(sidecar.streams(), "/chat/" + segment, "x");
    EXPECT_GE(posted.status, 400) << segment.substr(0, 40);
    EXPECT_LT(posted.status, 500) << segment.substr(0, 40);
  }
  for (const auto* path :
       {"/chat", "/chat/", "/chat//", "/chat/a/b", "//chat/a", "/pair/a/x/", "/pair//x/b"}) {
    const auto status = get(sidecar.streams(), path).status;
    EXPECT_GE(status, 400) << path;
    EXPECT_LT(status, 500) << path;
  }
}

TEST_P(Template, AcceptsParametersUpTo128Characters) {
  Sidecar sidecar(config());
  for (const auto& session : {std::string(128, 'a'), std::string("A-z_0.9~@x")}) {
    EventStream stream(sidecar.streams(), "/chat/" + session);
    EXPECT_EQ(stream.control("stream-open").field("topic"), "\"chat\"") << session;
  }
}

TEST_P(Template, ClosesIdleLogs) {
  Sidecar sidecar(config(", linger: 200ms"));
  {
    std::vector<EventStream> streams;
    for (int i = 0; i < 50; ++i) {
      streams.emplace_back(sidecar.streams(), "/chat/idle" + std::to_string(i));
      streams.back().control("stream-open");
    }
    EXPECT_EQ(sidecar.metrics().sum("sidestream_connector_tails"), 50);
  }
  EXPECT_TRUE(eventually([&] { return sidecar.metrics().sum("sidestream_connector_tails") == 0; }));
}

TEST_P(Template, BoundsMetricsAndThreadsWithAThousandKeys) {
  Sidecar sidecar(config());
  EventStream first(sidecar.streams(), "/chat/first");
  first.control("stream-open");
  const auto series = sidecar.metrics().series();
  const int threads = sidecar.process().threads();
  std::vector<EventStream> streams;
  for (int i = 0; i < 1000; ++i)
    streams.emplace_back(sidecar.streams(), "/chat/key" + std::to_string(i));
  for (auto& stream : streams) stream.control("stream-open");
  EXPECT_EQ(sidecar.metrics().series(), series);
  EXPECT_EQ(sidecar.process().threads(), threads);
  std::string posts;
  HttpConnection connection(sidecar.streams());
  std::vector<Clock::duration> waits;
  for (int i = 0; i < 1000; ++i) {
    const auto asked = Clock::now();
    const auto response = connection.exchange({.target = "/chat/key" + std::to_string(i),
                                               .method = "POST",
                                               .body = "for " + std::to_string(i)});
    ASSERT_EQ(response.status, 201);
    waits.push_back(Clock::now() - asked);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(streams[static_cast<std::size_t>(i)].record().data, "for " + std::to_string(i));
  }
  std::nth_element(waits.begin(), waits.begin() + 900, waits.end());
  EXPECT_LT(waits[900], 50ms * patience) << "POST is not delayed by the blocked reads";
}

TEST(RedisTemplate, UsesFewConnectionsForAThousandKeys) {
  RedisServer server;
  Sidecar sidecar(
      {.connectors = {"r: { redis: { url: \"" + server.url() + "\" } }"},
       .topics = {"t: { path: \"/k/{key}\", from: r, stream: \"k:{key}\", publish: true }"}});
  std::vector<EventStream> streams;
  for (int i = 0; i < 1000; ++i) streams.emplace_back(sidecar.streams(), "/k/" + std::to_string(i));
  for (auto& stream : streams) stream.control("stream-open");
  RedisClient client(server.address());
  std::vector<std::vector<std::string>> commands;
  for (int i = 0; i < 1000; ++i)
    commands.push_back({"XADD", "k:" + std::to_string(i), "*", "data", std::to_string(i)});
  client.pipeline(commands);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(streams[static_cast<std::size_t>(i)].record().data, std::to_string(i));
  }
  const auto list = client.command({"CLIENT", "LIST"}).value();
  EXPECT_LE(std::count(list.begin(), list.end(), '\n'), 12) << list;
}

}  // namespace
}  // namespace e2e
