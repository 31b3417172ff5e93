// The broker goes away, is not there yet, or does not answer: streams stay, and nothing is lost.

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

// A broker that a test may take away: Redis or Kafka alike.
struct Broker {
  std::function<void()> stop, start;
  std::function<Process&()> process;
  std::function<std::unique_ptr<Source>()> source;
};

Broker own_redis() {
  auto server = std::make_shared<RedisServer>();
  return {[server] { server->stop(); }, [server] { server->start(); },
          [server]() -> Process& { return server->process(); },
          [server] { return make_redis_source(*server); }};
}

Broker own_kafka() {
  auto broker = std::make_shared<KafkaBroker>();
  return {[broker] { broker->stop(); }, [broker] { broker->start(); },
          [broker]() -> Process& { return broker->process(); },
          [broker] { return make_kafka_source(broker->bootstrap(), 3); }};
}

class Outage : public testing::TestWithParam<std::string> {
 protected:
  Broker broker_ = GetParam() == "redis" ? own_redis() : own_kafka();
  static Staging quick() { return {.server = {"heartbeat: 200ms"}}; }
  // The source's own client has to find its server again: what follows goes through a new one.
  bool is_kafka() const { return GetParam() == "kafka"; }
};
INSTANTIATE_TEST_SUITE_P(Of, Outage, testing::Values("redis", "kafka"), kind_name);

void expect_alive(Sidecar& sidecar) {
  EXPECT_EQ(get(sidecar.admin(), "/livez").status, 200);
  EXPECT_EQ(sidecar.ready_status(), 200) << "a broker's trouble is no reason to leave the balancer";
}

TEST_P(Outage, KeepsOpenStreamsWithHeartbeats) {
  Stage stage(broker_.source(), quick());
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  stage.append(10);
  ledger.read(stream, stage.written());
  broker_.stop();
  for (int i = 0; i < 5; ++i) stream.heartbeat(2s * patience);
  expect_alive(stage.sidecar());
  EXPECT_TRUE(eventually([&] {
    const auto body = get(stage.sidecar().admin(), "/readyz").body;
    return body.find("broker") != std::string::npos && body.find("false") != std::string::npos;
  })) << get(stage.sidecar().admin(), "/readyz").body;
  broker_.start();
  stage.append(10);
  ledger.read(stream, stage.written(), 30s * patience);
  EXPECT_EQ(stream.count_of("stream-gap") + stream.count_of("stream-reset"), 0);
}

TEST_P(Outage, HoldsNewStreamsWithHeartbeats) {
  Stage stage(broker_.source(), quick());
  stage.append(10);
  const auto id = stage.id_after(4);
  broker_.stop();
  auto resumed = stage.resume(id);
  auto live = stage.open();
  for (int i = 0; i < 3; ++i) {
    resumed.heartbeat(2s * patience);
    live.heartbeat(2s * patience);
  }
  broker_.start();
  EXPECT_EQ(live.control("stream-open", 30s * patience).field("start"), "\"live\"");
  Ledger ledger(stage.partitions(), 4);
  ledger.read(resumed, stage.written(), 30s * patience);
  stage.append(5);
  ledger.read(resumed, stage.written(), 30s * patience);
  Ledger(stage.partitions(), 10).read(live, stage.written());
}

TEST_P(Outage, FreesClientsThatLeaveWhileWaiting) {
  Stage stage(broker_.source(), quick());
  stage.append(1);
  broker_.stop();
  for (int i = 0; i < 4; ++i) {
    auto stream = stage.open("from=earliest");
    stream.heartbeat(2s * patience);
  }
  EXPECT_TRUE(eventually([&] { return stage.sidecar().metrics().sum("sidestream_streams") == 0; },
                         1s * patience));
  broker_.start();
  auto stream = stage.open("from=earliest");
  Ledger(stage.partitions()).read(stream, stage.written(), 30s * patience);
}

TEST_P(Outage, ConnectsWhenTheBrokerStartsLater) {
  auto source = broker_.source();
  broker_.stop();
  Stage stage(std::move(source), quick());
  expect_alive(stage.sidecar());
  auto stream = stage.open();
  stream.heartbeat(2s * patience);
  broker_.start();
  stream.control("stream-open", 30s * patience);
  stage.append(5);
  Ledger(stage.partitions()).read(stream, stage.written());
}

TEST_P(Outage, OnlyDelaysWhenTheBrokerPauses) {
  Stage stage(broker_.source(), quick());
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  stage.append(10);
  ledger.read(stream, stage.written());
  broker_.process().signal(SIGSTOP);
  for (int i = 0; i < 10; ++i) stream.heartbeat(2s * patience);
  broker_.process().signal(SIGCONT);
  stage.append(10);
  ledger.read(stream, stage.written(), 30s * patience);
}

TEST_P(Outage, AnswersPostInBoundedTimeWithout201) {
  auto source = broker_.source();
  const auto keys = source->log_keys();
  Stage stage(std::move(source), {.server = {"heartbeat: 200ms"}, .topic = "publish: true"});
  ASSERT_EQ(post(stage.sidecar().streams(), Stage::path, "before").status, 201);
  broker_.stop();
  const auto asked = Clock::now();
  const auto response = post(stage.sidecar().streams(), Stage::path, "lost?");
  EXPECT_GE(response.status, 500) << response.raw;
  EXPECT_LT(Clock::now() - asked, 8s * patience);
  EXPECT_EQ(response.header("Content-Type").value_or("").rfind("application/json", 0), 0u);
  broker_.start();
  EXPECT_TRUE(eventually(
      [&] { return post(stage.sidecar().streams(), Stage::path, "after").status == 201; },
      30s * patience));
}

TEST_P(Outage, StopsInTimeWithoutTheBroker) {
  Stage stage(broker_.source(),
              {.server = {"heartbeat: 200ms", "drain: 1s"}, .topic = "publish: true"});
  auto stream = stage.live();
  broker_.stop();
  stream.heartbeat(2s * patience);
  auto waiting = stage.open();
  waiting.heartbeat(2s * patience);
  EXPECT_EQ(stage.sidecar().terminate(10s * patience), 0);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  EXPECT_EQ(waiting.wait_end(), EventStream::End::clean);
  broker_.start();
}

TEST(MissingTopic, IsReportedAndWaitedFor) {
  const auto topic = unique_name("late");
  Sidecar sidecar(
      {.server = {"heartbeat: 200ms"},
       .connectors = {"k: { kafka: { bootstrap.servers: \"" + shared_kafka() + "\" } }"},
       .topics = {"t: { from: k, topic: " + topic + ", start: earliest }"}});
  EventStream stream(sidecar.streams(), "/events/t");
  stream.heartbeat(2s * patience);
  EXPECT_TRUE(eventually([&] {
    return get(sidecar.admin(), "/readyz").body.find(topic) != std::string::npos;
  })) << get(sidecar.admin(), "/readyz").body;
  KafkaClient client(shared_kafka());
  client.create_topic(topic, 1);
  client.produce(topic, {{0, numbered(0, 0)}});
  EXPECT_EQ(stream.record(30s * patience).data, numbered(0, 0));
  client.delete_topic(topic);
}

}  // namespace
}  // namespace e2e
