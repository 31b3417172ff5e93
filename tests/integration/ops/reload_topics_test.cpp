// What a reload does to streams: those of topics that stay as they are notice nothing, those of
// others are told why they end, and resume by their ids.

#include <gtest/gtest.h>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/operated.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class ReloadTopics : public OnBroker {};
ON_KINDS(ReloadTopics, one_of_each());

// Two topics, `kept` and `changed`, each on a log of its own.
struct Pair {
  std::unique_ptr<Source> kept, changed;
  Operated sidecar;

  explicit Pair(const std::string& kind)
      : kept(make_source(kind)), changed(make_source(kind)), sidecar(config()) {
    kept->attach(sidecar.streams(), "/events/kept");
    changed->attach(sidecar.streams(), "/events/changed");
  }
  std::string topic(const std::string& name, Source& source, const std::string& more = {}) {
    return name + ": { from: broker, " + log(source) + more + " }";
  }
  // All embedded sources name the same log, and are written to by POST.
  std::string log(Source& source) const {
    if (!source.needs_sidecar()) return source.log_keys();
    return std::string("publish: true, stream: ") + (&source == kept.get() ? "one" : "other");
  }
  Config config() {
    return {.connectors = {"broker: " + kept->connector()},
            .topics = {topic("kept", *kept), topic("changed", *changed)}};
  }
};

void append(Source& source, int first, int count) {
  std::vector<Input> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back({.value = numbered(0, first + i)});
  source.append(inputs);
}

TEST_P(ReloadTopics, KeepsStreamsOfUnchangedTopics) {
  Pair pair(GetParam());
  auto kept = open_live(pair.sidecar.streams(), 5, "/events/kept");
  int written = 0;
  const auto changes = std::vector<std::vector<std::string>>{
      {pair.topic("kept", *pair.kept), pair.topic("changed", *pair.changed),
       pair.topic("new", *pair.changed)},
      {pair.topic("new", *pair.changed, ", heartbeat: 5s"), pair.topic("kept", *pair.kept)},
      {pair.topic("kept", *pair.kept)},
      {pair.topic("changed", *pair.changed), pair.topic("kept", *pair.kept)}};
  for (const auto& topics : changes) {
    append(*pair.kept, written++, 1);
    pair.sidecar.config.topics = topics;
    pair.sidecar.apply();
    append(*pair.kept, written++, 1);
  }
  for (auto& stream : kept) Ledger(1).read(stream, {written});
  EXPECT_EQ(pair.sidecar.metrics().sum("sidestream_streams_opened_total"), 5);
  EXPECT_EQ(pair.sidecar.metrics().sum("sidestream_connector_reconnects_total"), 0);
}

TEST_P(ReloadTopics, EndsStreamsOfChangedTopicsWithoutLoss) {
  Pair pair(GetParam());
  auto kept = open_live(pair.sidecar.streams(), 2, "/events/kept");
  std::string id;
  int written = 0;
  for (const std::string more :
       {"heartbeat: 5s", "retry: 7s..8s", "max_event: 64KiB", "cors: { origins: [\"*\"] }",
        "log: 1MiB", "envelope: false, control_events: true, on_reset: earliest", "flush: 5ms"}) {
    auto streams = open_live(pair.sidecar.streams(), 4, "/events/changed");
    append(*pair.changed, written++, 1);
    pair.sidecar.config.topics[1] = pair.topic("changed", *pair.changed, ", " + more);
    pair.sidecar.apply();
    append(*pair.changed, written++, 1);
    const auto endings = watch_endings(streams, 2s * patience);
    expect_shut_down(endings, "reload", 2000, 8000);
    for (std::size_t i = 0; i < streams.size(); ++i) {
      Ledger ledger(1, written - 2);
      for (const auto& record : endings[i].records) ledger.record(record);
      auto again =
          EventStream::resume(pair.sidecar.streams(), "/events/changed", streams[i].last_id());
      ledger.read(again, {written});
    }
  }
  append(*pair.kept, 0, 1);
  for (auto& stream : kept) Ledger(1).read(stream, {1});
}

TEST_P(ReloadTopics, EndsStreamsOfARemovedTopicThatCanReturn) {
  Pair pair(GetParam());
  auto streams = open_live(pair.sidecar.streams(), 5, "/events/changed");
  append(*pair.changed, 0, 2);
  for (auto& stream : streams) Ledger(1).read(stream, {2});
  pair.sidecar.config.topics.pop_back();
  pair.sidecar.apply();
  expect_shut_down(watch_endings(streams, 2s * patience), "removed", 2000, 6000);
  EXPECT_EQ(get(pair.sidecar.streams(), "/events/changed").status, 404);
  EXPECT_TRUE(eventually([&] {
    return pair.sidecar.metrics().sum("sidestream_streams_closed_total", {"reason=\"removed\""}) ==
           5;
  })) << "these clients do not close by themselves";
  pair.sidecar.config.topics.push_back(pair.topic("changed", *pair.changed));
  pair.sidecar.apply();
  append(*pair.changed, 2, 2);
  for (auto& stream : streams) {
    auto again = EventStream::resume(pair.sidecar.streams(), "/events/changed", stream.last_id());
    Ledger(1, 2).read(again, {4});
  }
}

TEST_P(ReloadTopics, ReadsAnotherLogUnderTheSameName) {
  Pair pair(GetParam());
  auto streams = open_live(pair.sidecar.streams(), 2, "/events/changed");
  pair.sidecar.config.topics[1] = pair.topic("changed", *pair.kept);
  pair.sidecar.apply();
  expect_shut_down(watch_endings(streams, 2s * patience), "reload", 2000, 6000);
  auto stream = open_live(pair.sidecar.streams(), 1, "/events/changed");
  append(*pair.kept, 0, 1);
  Ledger(1).read(stream[0], {1});
}

TEST_P(ReloadTopics, ServesTheNewPathOnly) {
  Pair pair(GetParam());
  auto streams = open_live(pair.sidecar.streams(), 2, "/events/changed");
  append(*pair.changed, 0, 1);
  for (auto& stream : streams) Ledger(1).read(stream, {1});
  pair.sidecar.config.topics[1] = pair.topic("changed", *pair.changed, ", path: /elsewhere");
  pair.sidecar.apply();
  expect_shut_down(watch_endings(streams, 2s * patience), "reload", 2000, 6000);
  EXPECT_EQ(get(pair.sidecar.streams(), "/events/changed").status, 404);
  pair.changed->attach(pair.sidecar.streams(), "/elsewhere");
  append(*pair.changed, 1, 1);
  auto again = EventStream::resume(pair.sidecar.streams(), "/elsewhere", streams[0].last_id());
  Ledger(1, 1).read(again, {2});
}

TEST_P(ReloadTopics, TurnsPublishingOnAndOff) {
  if (GetParam() == "embedded") GTEST_SKIP() << "the others say it, and this one is written so";
  Pair pair(GetParam());
  for (const bool on : {true, false}) {
    pair.sidecar.config.topics[1] =
        pair.topic("changed", *pair.changed, on ? ", publish: true" : ", publish: false");
    pair.sidecar.apply();
    EXPECT_EQ(post(pair.sidecar.streams(), "/events/changed", "x").status == 201, on);
  }
}

TEST_P(ReloadTopics, EndsAStreamWhenOneOfItsTopicsChanges) {
  Pair pair(GetParam());
  const std::string target = "/events?topic=kept&topic=changed";
  auto streams = open_live(pair.sidecar.streams(), 3, target);
  pair.sidecar.config.topics[1] = pair.topic("changed", *pair.changed, ", heartbeat: 5s");
  pair.sidecar.apply();
  expect_shut_down(watch_endings(streams, 2s * patience), "reload", 2000, 6000);
  append(*pair.kept, 0, 1);
  append(*pair.changed, 0, 1);
  for (auto& stream : streams) {
    auto again = EventStream::resume(pair.sidecar.streams(), target, stream.last_id());
    again.records(2);
    EXPECT_TRUE(again.is_silent(50ms));
  }
}

// It is in the middle of what the broker holds, and reads slowly.
TEST_P(ReloadTopics, EndsAReplayAtABlockEnd) {
  Pair pair(GetParam());
  pair.sidecar.config.topics[1] = pair.topic("changed", *pair.changed, ", log: 64KiB");
  pair.sidecar.apply();
  constexpr int count = 2000;
  std::vector<Input> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back({.value = numbered(0, i, 10'000)});
  pair.changed->append(inputs);
  const std::string target = "/events/changed";
  for (const std::string change : {"reload", "removed"}) {
    EventStream stream(pair.sidecar.streams(), target + "?from=earliest", {}, "HTTP/1.1", 4096);
    Ledger ledger(1);
    for (int i = 0; i < 20; ++i) ledger.record(stream.record());
    if (change == "reload") {
      pair.sidecar.config.topics[1] =
          pair.topic("changed", *pair.changed, ", log: 64KiB, heartbeat: 5s");
    } else {
      pair.sidecar.config.topics.pop_back();
    }
    pair.sidecar.apply();
    std::vector<EventStream> one;
    one.push_back(std::move(stream));
    const auto ending = watch_endings(one, 5s * patience).at(0);
    EXPECT_EQ(ending.how, EventStream::End::clean);
    EXPECT_EQ(ending.last.name, "stream-shutdown");
    if (ending.last.name == "stream-shutdown") {
      EXPECT_EQ(ending.last.field("reason"), "\"" + change + "\"");
    }
    for (const auto& record : ending.records) ledger.record(record);
    if (change == "removed") {
      pair.sidecar.config.topics.push_back(pair.topic("changed", *pair.changed));
      pair.sidecar.apply();
    }
    auto again = EventStream::resume(pair.sidecar.streams(), target, one[0].last_id());
    ledger.read(again, {count}, 30s * patience);
  }
}

TEST_P(ReloadTopics, KeepsStreamsOfAnUnchangedTemplate) {
  Pair pair(GetParam());
  if (GetParam() == "kafka1") GTEST_SKIP() << "its logs are topics that nobody makes";
  const std::string room = "room: { path: \"/room/{r}\", from: broker, stream: \"room:{r}\"";
  pair.sidecar.config.topics.push_back(room + ", publish: true }");
  pair.sidecar.apply();
  auto one = open_live(pair.sidecar.streams(), 2, "/room/1");
  auto two = open_live(pair.sidecar.streams(), 2, "/room/2");
  pair.sidecar.config.topics[1] = pair.topic("changed", *pair.changed, ", heartbeat: 5s");
  pair.sidecar.apply();
  EXPECT_EQ(post(pair.sidecar.streams(), "/room/1", "one").status, 201);
  EXPECT_EQ(post(pair.sidecar.streams(), "/room/2", "two").status, 201);
  for (auto& stream : one) EXPECT_EQ(stream.record().data, "one");
  for (auto& stream : two) EXPECT_EQ(stream.record().data, "two");

  pair.sidecar.config.topics[2] = room + ", publish: true, heartbeat: 5s }";
  pair.sidecar.apply();
  expect_shut_down(watch_endings(one, 2s * patience), "reload", 2000, 6000);
  expect_shut_down(watch_endings(two, 2s * patience), "reload", 2000, 6000);
  EXPECT_EQ(post(pair.sidecar.streams(), "/room/1", "more").status, 201);
  auto again = EventStream::resume(pair.sidecar.streams(), "/room/1", one[0].last_id());
  EXPECT_EQ(again.record().data, "more");
}

// The same log at another address: what a move to a new broker looks like.
TEST(ReloadConnector, ConnectsToANewAddressAndKeepsIds) {
  RedisServer old_one, new_one;
  RedisServer* servers[] = {&old_one, &new_one};
  const auto add = [&](const std::string& id, const std::string& value) {
    for (auto* server : servers) {
      RedisClient(server->address()).command({"XADD", "s", id, "data", value});
    }
  };
  Operated sidecar({.connectors = {"cache: { redis: { url: \"" + old_one.url() + "\" } }",
                                   "local: { embedded: {} }"},
                    .topics = {"t: { from: cache, stream: s }", "other: { from: local }"}});
  auto streams = open_live(sidecar.streams(), 3);
  auto other = open_live(sidecar.streams(), 2, "/events/other");
  add("1-1", "one");
  for (auto& stream : streams) EXPECT_EQ(stream.record().data, "one");
  sidecar.config.connectors[0] = "cache: { redis: { url: \"" + new_one.url() + "\" } }";
  sidecar.apply();
  expect_shut_down(watch_endings(streams, 2s * patience), "reload", 2000, 6000);
  old_one.stop();
  RedisClient(new_one.address()).command({"XADD", "s", "2-1", "data", "two"});
  for (auto& stream : streams) {
    auto again = EventStream::resume(sidecar.streams(), "/events/t", stream.last_id());
    EXPECT_EQ(again.record().data, "two");
  }
  for (auto& stream : other) EXPECT_TRUE(stream.is_silent(50ms));
  EXPECT_TRUE(eventually([&] {
    return sidecar.metrics().sum("sidestream_connector_up", {"connector=\"cache\""}) == 1;
  }));
}

TEST(ReloadConnector, AddsAndRemovesConnectors) {
  Operated sidecar({.connectors = {"local: { embedded: {} }"}, .topics = {"t: { from: local }"}});
  auto stream = open_live(sidecar.streams(), 1);
  auto& redis = shared_redis();
  sidecar.config.connectors.push_back("cache: { redis: { url: \"" + redis.url() + "\" } }");
  sidecar.config.topics.push_back("r: { from: cache, stream: " + unique_name("r") +
                                  ", publish: true }");
  sidecar.apply();
  auto more = open_live(sidecar.streams(), 2, "/events/r");
  EXPECT_EQ(post(sidecar.streams(), "/events/r", "x").status, 201);
  for (auto& one : more) EXPECT_EQ(one.record().data, "x");
  EXPECT_NE(get(sidecar.admin(), "/readyz").body.find("\"cache\""), std::string::npos);
  sidecar.config.connectors.pop_back();
  sidecar.config.topics.pop_back();
  sidecar.apply();
  expect_shut_down(watch_endings(more, 2s * patience), "removed", 2000, 6000);
  EXPECT_TRUE(eventually(
      [&] { return get(sidecar.admin(), "/readyz").body.find("\"cache\"") == std::string::npos; }));
  EXPECT_TRUE(stream[0].is_silent(50ms));
}

}  // namespace
}  // namespace e2e
