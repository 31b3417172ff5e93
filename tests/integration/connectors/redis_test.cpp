// Tests specific to Redis: key types, ACL users, outages, many streams.
#include "tests/integration/connectors/redis_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

}  // namespace

TEST_F(RedisTest, NamesAKeyOfAnotherTypeAndReadsItOnceItIsAStream) {
  start();
  admin().call({"SET", "text", "x"});
  RecordingSink text_sink, sink;
  const auto other = connector().tail("text", {Offset{0}}, text_sink);
  const auto reader = tail("s", sink);
  ASSERT_TRUE(eventually([&] { return probe().detail().find("WRONGTYPE") != std::string::npos; }));
  EXPECT_THAT(probe().detail(), HasSubstr("text"));
  EXPECT_TRUE(eventually([&] { return probe().is_up(); })) << "once all connections are made";
  EXPECT_THAT(log(), HasSubstr("WRONGTYPE"));
  admin().add("s", "v");
  ASSERT_TRUE(sink.wait_records(1)) << "the other streams are read";
  EXPECT_EQ(ask<LogExtent>([&](auto done) { connector().extent("text", done); }).error(),
            Errc::refused);
  EXPECT_EQ(publish("text", "v").error(), Errc::refused);
  admin().call({"DEL", "text"});
  ASSERT_TRUE(publish("text", "v"));
  ASSERT_TRUE(text_sink.wait_records(1));
  extent("text");
  EXPECT_TRUE(eventually([&] { return probe().detail().empty(); }));
}

TEST_F(RedisTest, ReadsTheOthersWhenOneStreamBecomesAnotherType) {
  start();
  admin().add("s", "v");
  RecordingSink text_sink, sink;
  const auto first = tail("s", text_sink);
  const auto second = tail("t", sink);
  admin().call({"DEL", "s"});
  admin().call({"SET", "s", "x"});
  ASSERT_TRUE(eventually([&] { return probe().detail().find("WRONGTYPE") != std::string::npos; }));
  for (std::size_t i = 1; i <= 20; ++i) {
    admin().add("t", "v");
    ASSERT_TRUE(sink.wait_records(i));
  }
}

TEST_F(RedisTest, NeedsOnlyTheDocumentedCommands) {
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
  EXPECT_EQ(admin().call({"XLEN", "app:1"})->integer, 1) << "in the configured database";
  EXPECT_THAT(log(), Not(HasSubstr("secret")));
}

TEST_F(RedisTest, ReportsAWrongPasswordWithoutShowingIt) {
  start_server();
  admin().call({"ACL", "SETUSER", "sidestream", "on", ">secret", "~*", "+@all"});
  connect({.username = "sidestream", .password = "hunter2"});
  ASSERT_TRUE(wait_down("authentication failed"));
  EXPECT_THAT(probe().detail() + log(), Not(HasSubstr("hunter2")));
  admin().call({"ACL", "SETUSER", "sidestream", ">hunter2"});
  EXPECT_TRUE(eventually([&] { return probe().is_up(); })) << "it retries forever";
}

TEST_F(RedisTest, UsesAPasswordAloneForTheDefaultUser) {
  start_server();
  admin().call({"CONFIG", "SET", "requirepass", "secret"});
  connect({.password = "secret"});
  EXPECT_TRUE(eventually([&] { return probe().is_up(); }));
}

TEST_F(RedisTest, RefusesAClusterWithAReason) {
  // The default cluster port, port + 10000, may not exist.
  const RedisServer free_port;
  start({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port.port())});
  ASSERT_TRUE(wait_down("Redis Cluster node, which is not supported"));
  EXPECT_THAT(log(), HasSubstr("Redis Cluster node, which is not supported"));
}

TEST_F(RedisTest, ReportsAnUnresolvableName) {
  connect({.host = "nothing.invalid", .port = 1});
  ASSERT_TRUE(wait_down("resolving the name"));
}

TEST_F(RedisTest, ReadsAThousandStreamsOverFiveConnections) {
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
  EXPECT_EQ(admin().info("clients", "connected_clients"), "6")
      << "four, one more that waits for the streams beyond 512, and the test's";
}

TEST_F(RedisTest, SendsFewCommandsForIdleTails) {
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
  EXPECT_LT(commands() - before, 100) << "one check per tail in two seconds";
}

TEST_F(RedisTest, PublishesWithoutDelayDuringReads) {
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

TEST_F(RedisTest, WaitsForAFrozenServer) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  // All connections are up before the server freezes.
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
  EXPECT_TRUE(sink.wait_records(2)) << "the server executed it after all";
  EXPECT_TRUE(eventually([&] { return probe().is_up(); }));
  EXPECT_EQ(probe().reconnects.load(), 0u);
}

TEST_F(RedisTest, ReconnectsWhenConnectionsAreKilled) {
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

// In blocks of 100 entries, as Redis stores them by default.
TEST_F(RedisTest, TrimsTheStreamToAboutKeepEntriesAtEachPublish) {
  start();
  admin().pipeline(
      std::vector<std::string>(1000, redis::format_command({"XADD", "s", "*", "data", "v"})));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ask<Published>([&](auto done) {
      connector().publish("s", {.value = "v", .keep = 300}, std::move(done));
    }));
  }
  const auto length = admin().call({"XLEN", "s"})->integer;
  EXPECT_GE(length, 300);
  EXPECT_LT(length, 500);
  ASSERT_TRUE(publish("s", "v"));
  EXPECT_EQ(admin().call({"XLEN", "s"})->integer, length + 1) << "0 keeps all";
}

TEST_F(RedisTest, DeliversAnEntryWithoutDataAsJsonObject) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().call({"XADD", "s", "*", "temp", "21.5", "room", "attic"});
  ASSERT_TRUE(sink.wait_records(1));
  EXPECT_EQ(sink.records()[0].value, R"({"temp":"21.5","room":"attic"})");
}

}  // namespace sidestream::test
