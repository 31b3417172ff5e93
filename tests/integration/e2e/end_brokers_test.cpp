// `end:` at each broker: what is read to find an end, and logs that can't have one.

#include <gtest/gtest.h>

#include "tests/integration/e2e/end_stream.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

// ---- Redis ----

double stat(const std::string& section, const std::string& name) {
  RedisClient redis(shared_redis().address());
  const std::string info = redis.command({"INFO", section}).value();
  const auto at = info.find(name);
  if (at == std::string::npos) return 0;
  return std::stod(info.substr(at + name.size()));
}

double reads_of_newest() { return stat("commandstats", "cmdstat_xrevrange:calls="); }

TEST(RedisEnd, ReadsOnlyTheFieldsOfItsRule) {
  Stage stage("redis", {.topic = ends_by_event});
  stage.append_value(std::string(8 << 20, 'x'), "done");
  const double before = stat("stats", "total_net_output_bytes:");
  EXPECT_EQ(get(stage.sidecar().streams(), Stage::path).status, 204);
  EXPECT_LT(stat("stats", "total_net_output_bytes:") - before, 1 << 20);
}

TEST(RedisEnd, RemembersAnEndedLogForAMinute) {
  Stage stage("redis", {.topic = "end: { json./done: true }"});
  const auto id = stage.append_value(R"({"done":true})");
  const double before = reads_of_newest();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(get(stage.sidecar().streams(), Stage::path).status, 204);
    EXPECT_EQ(get(stage.sidecar().streams(), Stage::path, {{"Last-Event-ID", id}}).status, 204);
    auto stream = stage.open("from=earliest");
    EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  }
  EXPECT_EQ(reads_of_newest() - before, 1);
}

TEST(RedisEnd, ComparesFieldsOfEntries) {
  Stage stage("redis", {.topic = "key: user, end: { key: ann, header.state: [closed] }"});
  RedisClient redis(shared_redis().address());
  const auto add = [&](const std::string& user, const std::string& state) {
    redis.command({"XADD", stage.source().log(), "*", "data", "x", "user", user, "state", "first",
                   "state", state});
  };
  add("ann", "open");
  auto stream = stage.live();
  add("bob", "closed");
  EXPECT_EQ(stream.record().data, "x");
  EXPECT_TRUE(stream.is_silent(100ms));
  add("ann", "closed");
  EXPECT_EQ(names_of(rest_of(stream)), (Names{"", "stream-end"}));
  EXPECT_EQ(get(stage.sidecar().streams(), Stage::path).status, 204);
}

TEST(RedisEnd, EndsATemplatesLogsOneByOne) {
  auto source = make_source("redis");
  Config config;
  config.connectors.push_back("b: " + source->connector());
  config.topics.push_back("job: { path: \"/jobs/{id}\", from: b, stream: \"" + source->log() +
                          ":{id}\", end: { event: done } }");
  Sidecar sidecar(config);
  RedisClient redis(shared_redis().address());
  redis.command({"XADD", source->log() + ":1", "*", "data", "x", "event", "done"});
  redis.command({"XADD", source->log() + ":2", "*", "data", "x", "event", "word"});
  EXPECT_EQ(get(sidecar.streams(), "/jobs/1").status, 204);
  for (const char* other : {"/jobs/2", "/jobs/3"}) {
    EventStream stream(sidecar.streams(), other);
    EXPECT_TRUE(stream.is_silent(100ms));
  }
  redis.command({"DEL", source->log() + ":1", source->log() + ":2"});
}

// A broker that says nothing.
class SilentRedis : public testing::Test {
 protected:
  SilentRedis()
      : stage_(make_redis_source(redis_), {.topic = "end: { event: done }, heartbeat: 1s"}) {}
  ~SilentRedis() override { redis_.process().signal(SIGCONT); }

  RedisServer redis_;
  Stage stage_;
};

TEST_F(SilentRedis, OpensTheStreamAfterTwoSecondsAndEndsItLater) {
  const auto id = stage_.append_value("bye", "done");
  redis_.process().signal(SIGSTOP);
  const auto asked = Clock::now();
  auto stream = stage_.resume(id);
  EXPECT_EQ(stream.head().status, 200);
  EXPECT_GE(Clock::now() - asked, 1900ms);
  stream.heartbeat();
  redis_.process().signal(SIGCONT);
  EXPECT_EQ(names_of(rest_of(stream)), (Names{"stream-open", "stream-end"}));
}

TEST_F(SilentRedis, GetsAHeadWithoutAnId) {
  stage_.append_value("one");
  const auto ask = [&] {
    HttpConnection connection(stage_.sidecar().streams());
    connection.send({.target = Stage::path, .method = "HEAD"});
    return connection.receive(10s * patience, true);
  };
  EXPECT_TRUE(ask().has("Last-Event-ID"));
  redis_.process().signal(SIGSTOP);
  const auto answer = ask();
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.has("Last-Event-ID"));
}

// ---- Kafka ----

TEST(KafkaEnd, IsFoundBeforeMarkersAndAbortedRecords) {
  Stage stage("kafka1", {.topic = ends_by_event});
  KafkaClient writer(shared_kafka(), {{"transactional.id", unique_name("end")}});
  const KafkaRecord done{.value = "bye", .headers = {{"event", "done"}}};
  writer.begin();
  const auto id = std::to_string(writer.produce(stage.source().log(), {done}).at(0));
  writer.commit();
  // Markers come some time after the call that asks for them.
  const auto ends_at = [&](const std::string& last) {
    HttpConnection connection(stage.sidecar().streams());
    connection.send({.target = Stage::path, .method = "HEAD"});
    return connection.receive(10s * patience, true).header("Last-Event-ID") == last;
  };
  EXPECT_TRUE(eventually([&] { return ends_at("1"); }));
  EXPECT_EQ(get(stage.sidecar().streams(), Stage::path, {{"Last-Event-ID", id}}).status, 204);
  writer.begin();
  writer.produce(stage.source().log(), std::vector<KafkaRecord>(40, {.value = "never"}));
  writer.abort();
  EXPECT_TRUE(eventually([&] { return ends_at("42"); }));
  EXPECT_EQ(get(stage.replica().streams(), Stage::path).status, 204);
  auto stream = EventStream(stage.replica().streams(), "/events/t?from=earliest");
  const auto events = rest_of(stream);
  EXPECT_EQ(events.back().name, "stream-end");
  EXPECT_EQ(events.back().id, id);
}

TEST(KafkaEnd, IsRefusedForALogWithSeveralPartitions) {
  Stage stage("kafka3", {.topic = "end: { event: done }"});
  const auto problem = [&] { return get(stage.sidecar().admin(), "/readyz").body; };
  EXPECT_TRUE(eventually([&] {
    return problem().find("topics.t.end: only a log with one partition can end") !=
           std::string::npos;
  })) << problem();
  EXPECT_EQ(stage.sidecar().ready_status(), 200);
  EXPECT_TRUE(
      eventually([&] { return stage.sidecar().log().find("can't end") != std::string::npos; }));
  auto stream = stage.live();
  stage.append_value("bye", "done");
  EXPECT_EQ(stream.record().data, "bye");
  EXPECT_TRUE(stream.is_silent(200ms));
}

}  // namespace
}  // namespace e2e
