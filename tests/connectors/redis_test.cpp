// What is peculiar to Redis: trimming by producers, streams that go and come back, the server's
// users, TLS, many streams. Each test has a server of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/redis/command.hpp"
#include "connectors/redis/redis_connector.hpp"
#include "tests/connectors/recording.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace sidestream::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

class RedisTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "there is no redis-server on this machine";
  }
  void TearDown() override {
    if (connector_) connector_->stop();
  }

  void start_server(std::vector<std::string> arguments = {}) {
    server_ = std::make_unique<RedisServer>(std::move(arguments));
    server_->start();
    admin_ = std::make_unique<RedisClient>(server_->port());
  }
  void connect(RedisOptions options = {}) {
    if (options.port == RedisOptions().port) options.port = server_->port();
    connector_ = make_redis_connector("cache", std::move(options),
                                      Logger(LogLevel::info, LogFormat::text, [this](auto line) {
                                        const std::lock_guard lock(log_mutex_);
                                        log_ += line;
                                      }));
    connector_->start();
  }
  void start(std::vector<std::string> arguments = {}) {
    start_server(std::move(arguments));
    connect();
  }

  RedisServer& server() { return *server_; }
  RedisClient& admin() { return *admin_; }
  Connector& connector() { return *connector_; }
  const ConnectorProbe& probe() { return connector_->probe(); }
  std::string log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

  // Of a stream whose end is asked of the connector, as the application does.
  std::unique_ptr<Tail> tail(const std::string& stream, RecordingSink& sink) {
    return connector().tail(stream, {extent(stream).last}, sink);
  }
  Extent extent(const std::string& stream) {
    return ask<LogExtent>([&](auto done) { connector().extent(stream, done); })
        .value()
        .partitions.at(0);
  }
  Result<Published> publish(const std::string& stream, const std::string& value) {
    return ask<Published>([&](auto done) { connector().publish(stream, {.value = value}, done); });
  }
  bool wait_down(const std::string& detail) {
    return eventually(
        [&] { return !probe().is_up() && probe().detail().find(detail) != std::string::npos; });
  }
  // `count` entries in one transaction, so that no reader comes in between.
  void burst(const std::string& stream, int count, int keep) {
    std::vector<std::string> commands{redis::format_command({"MULTI"})};
    for (int i = 0; i < count; ++i) {
      commands.push_back(redis::format_command(
          {"XADD", stream, "MAXLEN", std::to_string(keep), "*", "data", std::to_string(i)}));
    }
    commands.push_back(redis::format_command({"EXEC"}));
    admin().pipeline(commands);
  }

 private:
  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisClient> admin_;
  std::unique_ptr<Connector> connector_;
  std::mutex log_mutex_;
  std::string log_;
};

std::int64_t lost_in(const RecordingSink& sink) {
  std::int64_t lost = 0;
  for (const auto& loss : sink.losses()) {
    EXPECT_TRUE(loss.exact);
    lost += loss.lost.value_or(0);
  }
  return lost;
}

}  // namespace

TEST_F(RedisTest, ABurstThatTrimsItsOwnEntriesIsToldWithTheirNumber) {
  start();
  admin().add("s", "before");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  burst("s", 100, 10);
  ASSERT_TRUE(sink.wait_records(10));
  const auto losses = sink.losses();
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].lost, 90);
  EXPECT_TRUE(losses[0].exact);
  EXPECT_EQ(losses[0].resumed, sink.records()[0].offset);
  EXPECT_EQ(sink.records()[0].value, "90");
}

TEST_F(RedisTest, AStreamThatIsTrimmedToNothingAtOnceIsToldToo) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  burst("s", 5, 0);
  ASSERT_TRUE(sink.wait([&] { return !sink.losses_now().empty(); }));
  EXPECT_EQ(sink.losses()[0].lost, 5);
  admin().add("s", "next");
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_EQ(lost_in(sink), 5);
}

TEST_F(RedisTest, OfAStreamKeptAtOneEntryEachIsDeliveredOrCounted) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  constexpr int rounds = 50, each = 40;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> commands(
        each, redis::format_command({"XADD", "s", "MAXLEN", "1", "*", "data", "v"}));
    admin().pipeline(commands);
  }
  const auto last = admin().add("s", "last");
  ASSERT_TRUE(sink.wait(
      [&] { return !sink.records_now().empty() && sink.records_now().back().offset == last; }));
  EXPECT_EQ(static_cast<std::int64_t>(sink.count()) + lost_in(sink), rounds * each + 1);
  EXPECT_TRUE(sink.resets().empty());
}

TEST_F(RedisTest, ATailThatStartsOnABusyTrimmedStreamHearsNoFalseAlarm) {
  start();
  for (int i = 0; i < 100; ++i) {
    const auto stream = "s" + std::to_string(i);
    admin().call({"XADD", stream, "MAXLEN", "1", "*", "data", "old"});
    const auto end = extent(stream).last;
    admin().call({"XADD", stream, "MAXLEN", "1", "*", "data", "new"});
    RecordingSink sink;
    const auto reader = connector().tail(stream, {end}, sink);
    ASSERT_TRUE(sink.wait_records(1));
    EXPECT_EQ(sink.records()[0].value, "new");
    EXPECT_TRUE(sink.losses().empty());
  }
}

TEST_F(RedisTest, SparseIdsAreNoGap) {
  start();
  admin().add("s", "a", "10-0");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  for (const char* id : {"500-0", "90000-7", "90000-900"}) admin().add("s", "v", id);
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(RedisTest, AStreamMadeAnewWithLowerIdsIsReset) {
  start();
  for (const char* id : {"100-0", "200-0"}) admin().add("s", "old", id);
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().add("s", "old", "300-0");
  ASSERT_TRUE(sink.wait_records(1));
  admin().call({"DEL", "s"});
  admin().add("s", "new", "5-0");
  admin().add("s", "new", "6-0");
  ASSERT_TRUE(sink.wait_records(3));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.resets()[0].reason, "recreated");
  EXPECT_EQ(sink.resets()[0].position, Position{Offset{0}});
  EXPECT_EQ(sink.records()[1].offset, Offset::of_entry(5, 0));
}

TEST_F(RedisTest, AStreamMadeAnewWithHigherIdsIsReset) {
  start();
  for (int i = 0; i < 5; ++i) admin().add("s", "old");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().add("s", "old");
  ASSERT_TRUE(sink.wait_records(1));
  admin().pipeline({redis::format_command({"MULTI"}), redis::format_command({"DEL", "s"}),
                    redis::format_command({"XADD", "s", "9999999999999-0", "data", "new"}),
                    redis::format_command({"EXEC"})});
  ASSERT_TRUE(sink.wait_records(2));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.records()[1].value, "new");
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(RedisTest, ADeletedStreamIsResetWithoutANewEntry) {
  start();
  admin().add("s", "old");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().call({"FLUSHALL"});
  ASSERT_TRUE(sink.wait([&] { return !sink.resets_now().empty(); }, seconds(10)));
  EXPECT_EQ(sink.resets()[0].reason, "recreated");
  admin().add("s", "new");
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_EQ(sink.resets().size(), 1u);
}

TEST_F(RedisTest, AStreamSetBackIsReset) {
  start();
  admin().add("s", "old", "100-0");
  admin().add("s", "old", "200-0");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().call({"XTRIM", "s", "MAXLEN", "0"});
  admin().call({"XSETID", "s", "5-0"});
  admin().add("s", "new", "6-0");
  ASSERT_TRUE(sink.wait_records(1));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.records()[0].offset, Offset::of_entry(6, 0));
}

TEST_F(RedisTest, ARestartWithoutItsDataIsAResetAndWithItIsNot) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  for (int i = 0; i < 3; ++i) admin().add("s", "old");
  ASSERT_TRUE(sink.wait_records(3));
  server().stop();
  server().start();
  RedisClient(server().port()).add("s", "kept");
  ASSERT_TRUE(sink.wait_records(4));
  EXPECT_TRUE(sink.resets().empty());
  EXPECT_TRUE(sink.losses().empty());
  server().kill();
  server().forget_data();
  server().start();
  RedisClient(server().port()).add("s", "new");
  ASSERT_TRUE(sink.wait_records(5));
  EXPECT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.records()[4].value, "new");
}

TEST_F(RedisTest, AReaderOfAFormerLifeIsToldByTheRange) {
  start();
  const auto old = admin().add("s", "old");
  admin().call({"DEL", "s"});
  const auto last = Offset{old.value + (Offset::Number{5} << 64)};
  admin().add("s", "new", std::to_string(last.entry_ms()) + "-0");
  const auto held = ask<LogExtent>([&](auto done) { connector().extent("s", done); }).value();
  EXPECT_GT(old, held.partitions.at(0).floor);
  EXPECT_LT(old, held.origin.previous());
  const auto through = ask<Offset>([&](auto done) {
    connector().read(
        {.log = "s", .after = old, .until = held.partitions[0].last}, [](auto) {}, done);
  });
  EXPECT_EQ(through.error(), Errc::gone);
}

TEST_F(RedisTest, AKeyOfAnotherTypeIsNamedAndReadWhenItIsAStream) {
  start();
  admin().call({"SET", "text", "x"});
  RecordingSink ill, fine;
  const auto other = connector().tail("text", {Offset{0}}, ill);
  const auto reader = tail("s", fine);
  ASSERT_TRUE(eventually([&] { return probe().detail().find("WRONGTYPE") != std::string::npos; }));
  EXPECT_THAT(probe().detail(), HasSubstr("text"));
  EXPECT_TRUE(probe().is_up());
  EXPECT_THAT(log(), HasSubstr("WRONGTYPE"));
  admin().add("s", "v");
  ASSERT_TRUE(fine.wait_records(1)) << "the other streams are read";
  EXPECT_EQ(ask<LogExtent>([&](auto done) { connector().extent("text", done); }).error(),
            Errc::refused);
  EXPECT_EQ(publish("text", "v").error(), Errc::refused);
  admin().call({"DEL", "text"});
  admin().add("text", "v");
  ASSERT_TRUE(ill.wait_records(1));
  EXPECT_TRUE(eventually([&] { return probe().detail().empty(); }));
}

TEST_F(RedisTest, AStreamThatBecomesAnotherTypeDisturbsNoOther) {
  start();
  admin().add("s", "v");
  RecordingSink ill, fine;
  const auto first = tail("s", ill);
  const auto second = tail("t", fine);
  admin().call({"DEL", "s"});
  admin().call({"SET", "s", "x"});
  ASSERT_TRUE(eventually([&] { return probe().detail().find("WRONGTYPE") != std::string::npos; }));
  for (std::size_t i = 1; i <= 20; ++i) {
    admin().add("t", "v");
    ASSERT_TRUE(fine.wait_records(i));
  }
}

TEST_F(RedisTest, AUserNeedsOnlyTheCommandsOfTheHeader) {
  start_server();
  admin().call({"ACL", "SETUSER", "sidestream", "on", ">secret", "~app:*", "+xread", "+xrange",
                "+xrevrange", "+xinfo|stream", "+xadd", "+select"});
  connect({.database = 2, .username = "sidestream", .password = "secret"});
  RecordingSink one, two;
  const auto first = tail("app:1", one);
  ASSERT_TRUE(publish("app:1", "v"));
  ASSERT_TRUE(one.wait_records(1));
  const auto second = tail("app:2", two);
  const auto began = steady_clock::now();
  ASSERT_TRUE(publish("app:2", "v"));
  ASSERT_TRUE(two.wait_records(1));
  EXPECT_LT(steady_clock::now() - began, seconds(2)) << "without CLIENT UNBLOCK";
  EXPECT_EQ(publish("other", "v").error(), Errc::refused);
  EXPECT_TRUE(probe().is_up());
  admin().call({"SELECT", "2"});
  EXPECT_EQ(admin().call({"XLEN", "app:1"})->integer, 1) << "in the database that was asked for";
  EXPECT_THAT(log(), Not(HasSubstr("secret")));
}

TEST_F(RedisTest, AWrongPasswordIsSaidWithoutIt) {
  start_server();
  admin().call({"ACL", "SETUSER", "sidestream", "on", ">secret", "~*", "+@all"});
  connect({.username = "sidestream", .password = "hunter2"});
  ASSERT_TRUE(wait_down("authentication failed"));
  EXPECT_THAT(probe().detail() + log(), Not(HasSubstr("hunter2")));
  admin().call({"ACL", "SETUSER", "sidestream", ">hunter2"});
  EXPECT_TRUE(eventually([&] { return probe().is_up(); })) << "it tries for ever";
}

TEST_F(RedisTest, APasswordAloneIsThatOfTheDefaultUser) {
  start_server();
  admin().call({"CONFIG", "SET", "requirepass", "secret"});
  connect({.password = "secret"});
  EXPECT_TRUE(eventually([&] { return probe().is_up(); }));
}

TEST_F(RedisTest, AClusterIsRefusedWithAClearText) {
  // The cluster's own port would be ours + 10000, which need not exist.
  const RedisServer free_port;
  start({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port.port())});
  ASSERT_TRUE(wait_down("Redis Cluster node, which is not supported"));
  EXPECT_THAT(log(), HasSubstr("Redis Cluster node, which is not supported"));
}

TEST_F(RedisTest, ANameThatCantBeResolvedIsSaid) {
  connect({.host = "nothing.invalid", .port = 1});
  ASSERT_TRUE(wait_down("resolving the name"));
}

TEST_F(RedisTest, AThousandStreamsAreReadOverFourConnections) {
  start();
  constexpr std::size_t count = 1000;
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Tail>> tails;
  for (std::size_t i = 0; i < count; ++i) {
    sinks.push_back(std::make_unique<RecordingSink>());
    tails.push_back(connector().tail("s" + std::to_string(i), {Offset{0}}, *sinks[i]));
  }
  for (std::size_t i = 0; i < count; ++i) admin().add("s" + std::to_string(i), "first");
  for (auto& sink : sinks) ASSERT_TRUE(sink->wait_records(1));
  for (std::size_t i = 0; i < 50; ++i) {
    const auto which = (i * 7919) % count;
    const auto began = steady_clock::now();
    admin().add("s" + std::to_string(which), "second");
    ASSERT_TRUE(
        sinks[which]->wait([&] { return sinks[which]->records_now().back().value == "second"; }));
    EXPECT_LT(steady_clock::now() - began, seconds(1));
  }
  EXPECT_EQ(admin().info("clients", "connected_clients"), "5") << "ours and the test's";
}

TEST_F(RedisTest, IdleTailsCostNextToNothing) {
  start();
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Tail>> tails;
  for (int i = 0; i < 20; ++i) {
    sinks.push_back(std::make_unique<RecordingSink>());
    tails.push_back(connector().tail("s" + std::to_string(i), {Offset{0}}, *sinks.back()));
    admin().add("s" + std::to_string(i), "v");
  }
  for (auto& sink : sinks) ASSERT_TRUE(sink->wait_records(1));
  const auto commands = [&] {
    return std::stol(admin().info("stats", "total_commands_processed"));
  };
  const auto before = commands();
  const auto until = steady_clock::now() + seconds(2);
  ASSERT_TRUE(eventually([&] { return steady_clock::now() >= until; }));
  EXPECT_LT(commands() - before, 100) << "each is looked at once in two seconds";
}

TEST_F(RedisTest, APostIsDelayedByNoRead) {
  start();
  std::vector<std::string> commands(
      20'000, redis::format_command({"XADD", "big", "*", "data", std::string(1000, 'x')}));
  admin().pipeline(commands);
  RecordingSink sink;
  const auto reader = tail("quiet", sink);
  const auto end = extent("big").last;
  std::vector<Answer<Offset>> answers(200);
  for (auto& answer : answers) {
    connector().read(
        {.log = "big", .after = Offset{0}, .until = end}, [](auto) {}, answer.callback());
  }
  auto slowest = steady_clock::duration::zero();
  for (int i = 0; i < 20; ++i) {
    const auto began = steady_clock::now();
    ASSERT_TRUE(publish("quiet", "v"));
    slowest = std::max(slowest, steady_clock::now() - began);
  }
  EXPECT_LT(slowest, milliseconds(500));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_TRUE(sink.wait_records(20));
}

TEST_F(RedisTest, AFrozenServerIsWaitedFor) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  // Each connection is up before the server freezes.
  ASSERT_TRUE(publish("s", "before"));
  ASSERT_TRUE(sink.wait_records(1));
  Answer<LogExtent> asked;
  connector().extent("s", asked.callback());
  ASSERT_TRUE(asked.get());
  ASSERT_TRUE(eventually([&] { return probe().is_up(); }));
  server().freeze();
  Answer<LogExtent> held;
  connector().extent("s", held.callback());
  EXPECT_TRUE(probe().is_up()) << "silence is not an error yet";
  const auto began = steady_clock::now();
  const auto unsure = publish("s", "frozen");
  EXPECT_EQ(unsure.error(), Errc::unconfirmed) << "it was sent";
  EXPECT_LT(steady_clock::now() - began, publish_timeout + milliseconds(500));
  EXPECT_FALSE(held.ready());
  ASSERT_TRUE(wait_down("no reply for"));
  server().thaw();
  EXPECT_TRUE(held.get());
  EXPECT_TRUE(sink.wait_records(2)) << "the server took it after all";
  EXPECT_TRUE(eventually([&] { return probe().is_up(); }));
  EXPECT_EQ(probe().reconnects.load(), 0u);
}

TEST_F(RedisTest, AnAppendThatTheServerDeclinesIsRefused) {
  start();
  ASSERT_TRUE(publish("s", "v"));
  admin().call({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(publish("s", "v").error(), Errc::refused);
  admin().call({"CONFIG", "SET", "maxmemory", "0"});
  admin().call({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_EQ(publish("s", "v").error(), Errc::refused) << "read-only";
  admin().call({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(eventually([&] { return publish("s", "v").has_value(); }));
  EXPECT_EQ(probe().publish_failures.load(), 2u);
}

TEST_F(RedisTest, AConnectionThatIsCutIsMadeAgain) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  for (std::size_t i = 1; i <= 10; ++i) {
    admin().call({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    admin().add("s", "v");
    ASSERT_TRUE(sink.wait_records(i));
  }
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
  EXPECT_GT(probe().reconnects.load(), 0u);
}

TEST_F(RedisTest, AnEntryWithoutDataIsAnObjectOfItsFields) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().call({"XADD", "s", "*", "temp", "21.5", "room", "attic"});
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_EQ(sink.records()[0].value, R"({"temp":"21.5","room":"attic"})");
}

}  // namespace sidestream::test
