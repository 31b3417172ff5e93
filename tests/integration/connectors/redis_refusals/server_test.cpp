// States of the whole server: loading, busy, replica, out of memory, failed saves, wrong password.
#include <thread>

#include "tests/integration/connectors/redis_refusals/refusal_test.hpp"

namespace sidestream::test {
class RedisServerStates : public RedisRefusals {
 protected:
  // A tail that has delivered one record.
  void open_tail() {
    reader_ = tail("s", sink_);
    end_ = admin().add("s", "first");
    ASSERT_TRUE(sink_.wait_records(1));
  }
  // Until the server answers commands with `reason`.
  bool wait_state(const std::string& reason) {
    return eventually([&] {
      try {
        server().client().call({"PING"});
      } catch (const std::runtime_error& error) {
        return std::string(error.what()).find(reason) != std::string::npos;
      }
      return false;
    });
  }
  // Starts and replays wait; they are answered after `recover`.
  void expect_waiting_until(const std::string& reason, const std::function<void()>& recover) {
    Answer<LogExtent> start;
    Answer<Offset> replay;
    connector().extent("s", start.callback());
    connector().read(
        {.log = "s", .after = Offset{0}, .until = end_}, [](auto) {}, replay.callback());
    ASSERT_TRUE(wait_down(reason)) << detail();
    EXPECT_THAT(log(), HasSubstr(reason));
    EXPECT_FALSE(start.ready());
    recover();
    EXPECT_TRUE(start.get());
    EXPECT_TRUE(replay.get());
    EXPECT_TRUE(eventually([&] { return probe().is_up(); }));
    ASSERT_TRUE(eventually([&] { return publish("s", "again").has_value(); }));
    EXPECT_TRUE(sink_.wait([&] { return sink_.records_now().back().value == "again"; }));
    EXPECT_TRUE(sink_.resets().empty());
    EXPECT_TRUE(wait_detail_gone());
  }
  // Reads are served, publishes are not; `recover` ends that.
  void expect_only_publish_unavailable(const std::string& reason,
                                       const std::function<void()>& recover) {
    PublishResult refused = Published{};
    ASSERT_TRUE(eventually([&] { return !(refused = publish("s", "lost")).has_value(); }));
    EXPECT_EQ(refused.error(), Errc::unavailable) << "certainly not written";
    EXPECT_THAT(refused.error().reason, HasSubstr(reason));
    EXPECT_THAT(detail(), HasSubstr("publish of s refused: " + reason));
    EXPECT_THAT(log(), HasSubstr(reason));
    EXPECT_TRUE(ask_extent("s"));
    EXPECT_TRUE(ask_read("s", Offset{0}, end_));
    recover();
    ASSERT_TRUE(eventually([&] { return publish("s", "again").has_value(); }));
    EXPECT_TRUE(sink_.wait([&] { return sink_.records_now().back().value == "again"; }));
    EXPECT_TRUE(wait_detail_gone());
  }

  RecordingSink sink_;
  std::unique_ptr<Tail> reader_;
  Offset end_;

  void TearDown() override {
    reader_.reset();
    RedisRefusals::TearDown();
  }
};

TEST_F(RedisServerStates, WaitsWhileTheServerLoads) {
  start({"--enable-debug-command", "local"});
  open_tail();
  std::vector<std::string> commands;
  for (int i = 0; i < 3000; ++i) {
    commands.push_back(redis::format_command({"SET", "k" + std::to_string(i), "v"}));
  }
  admin().pipeline(commands);
  // Redis answers while it loads only after so many bytes.
  admin().call({"CONFIG", "SET", "loading-process-events-interval-bytes", "1024"});
  admin().call({"CONFIG", "SET", "key-load-delay", "1000"});
  std::jthread reload([this] { RedisClient(server().port()).call({"DEBUG", "RELOAD"}); });
  ASSERT_TRUE(wait_state("LOADING"));
  expect_waiting_until("LOADING", [&] { reload.join(); });
}

TEST_F(RedisServerStates, WaitsWhileAScriptRuns) {
  start({"--busy-reply-threshold", "100"});
  open_tail();
  std::jthread script([this] {
    auto client = server().client();
    EXPECT_THROW(client.call({"EVAL", "while true do end", "0"}), std::runtime_error);
  });
  ASSERT_TRUE(wait_state("BUSY"));
  expect_waiting_until("BUSY", [&] {
    admin().call({"SCRIPT", "KILL"});
    script.join();
  });
}

TEST_F(RedisServerStates, WaitsWhileAReplicaHasNoMaster) {
  start();
  open_tail();
  admin().call({"CONFIG", "SET", "replica-serve-stale-data", "no"});
  admin().call({"REPLICAOF", "127.0.0.1", "1"});
  expect_waiting_until("MASTERDOWN", [&] { admin().call({"REPLICAOF", "NO", "ONE"}); });
}

TEST_F(RedisServerStates, WaitsWhileThePasswordIsWrong) {
  start_as_reader();
  open_tail();
  rights({"resetpass", ">other"});
  admin().call({"CLIENT", "KILL", "USER", "reader"});
  expect_waiting_until("authentication failed", [&] { rights({">secret"}); });
}

TEST_F(RedisServerStates, WaitsWhileTheServerHasTooManyClients) {
  start();
  open_tail();
  admin().call({"CONFIG", "SET", "maxclients", "1"});
  admin().call({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  expect_waiting_until("max number of clients", [&] {
    admin().call({"CONFIG", "SET", "maxclients", "100"});
  });
}

TEST_F(RedisServerStates, PublishIsUnavailableOnAReadOnlyReplica) {
  start();
  open_tail();
  RedisServer master;
  master.start();
  admin().call({"REPLICAOF", "127.0.0.1", "1"});
  expect_only_publish_unavailable("READONLY", [&] { admin().call({"REPLICAOF", "NO", "ONE"}); });
}

TEST_F(RedisServerStates, PublishIsUnavailableWithoutMemory) {
  start();
  open_tail();
  admin().call({"CONFIG", "SET", "maxmemory", "1"});
  expect_only_publish_unavailable("OOM", [&] {
    admin().call({"CONFIG", "SET", "maxmemory", "0"});
  });
}

TEST_F(RedisServerStates, PublishIsUnavailableWithoutReplicas) {
  start();
  open_tail();
  admin().call({"CONFIG", "SET", "min-replicas-to-write", "1"});
  expect_only_publish_unavailable("NOREPLICAS", [&] {
    admin().call({"CONFIG", "SET", "min-replicas-to-write", "0"});
  });
}

TEST_F(RedisServerStates, PublishIsUnavailableAfterAFailedSave) {
  start({"--enable-protected-configs", "local"});
  open_tail();
  admin().call({"CONFIG", "SET", "save", "3600 1"});
  admin().call({"CONFIG", "SET", "dir", "/proc"});
  admin().call({"BGSAVE"});
  expect_only_publish_unavailable("MISCONF", [&] {
    admin().call({"CONFIG", "SET", "stop-writes-on-bgsave-error", "no"});
  });
}

TEST_F(RedisServerStates, PublishIsUnavailableOnceIdsAreExhausted) {
  start();
  admin().call({"XADD", "s", "18446744073709551615-18446744073709551615", "data", "v"});
  const auto refused = publish("s", "v");
  EXPECT_EQ(refused.error(), Errc::unavailable);
  EXPECT_THAT(refused.error().reason, HasSubstr("exhausted"));
  admin().call({"DEL", "s"});
  EXPECT_TRUE(publish("s", "v"));
  EXPECT_TRUE(wait_detail_gone());
}

}  // namespace sidestream::test
