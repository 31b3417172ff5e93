// What the connector costs the server: output of starts and replays, commands for each log, time of
// each command.
#include "tests/integration/connectors/redis_refusals/refusal_test.hpp"

namespace sidestream::test {

class RedisCost : public RedisRefusals {
 protected:
  long output() { return stat("stats", "total_net_output_bytes"); }
  long commands() { return stat("stats", "total_commands_processed"); }
};

TEST_F(RedisCost, AStartCostsLittleOutputWhateverEntriesWeigh) {
  start();
  for (int i = 0; i < 3; ++i) admin().add("s", std::string(1'000'000, 'x'));
  const auto end = extent("s").last;
  const auto before = output();
  constexpr int starts = 50;
  for (int i = 0; i < starts; ++i) {
    ASSERT_TRUE(ask_extent("s"));
    ASSERT_TRUE(ask_locate("s"));
    ASSERT_TRUE(ask_back("s", end));
  }
  const auto each = (output() - before) / starts;
  RecordProperty("bytes", std::to_string(each));
  EXPECT_LT(each, 16 * 1024);
}

TEST_F(RedisCost, ALogThatIsOpenedCostsFewCommands) {
  start();
  constexpr std::size_t logs = 300;
  for (std::size_t i = 0; i < logs; ++i) admin().add("s" + std::to_string(i), "v");
  const auto before = commands();
  const auto output_before = output();
  std::vector<RecordingSink> sinks(logs);
  std::vector<std::unique_ptr<Tail>> tails;
  for (std::size_t i = 0; i < logs; ++i) tails.push_back(tail("s" + std::to_string(i), sinks[i]));
  for (std::size_t i = 0; i < logs; ++i) admin().add("s" + std::to_string(i), "v");
  for (auto& sink : sinks) ASSERT_TRUE(sink.wait_records(1));
  const auto own = commands() - before - static_cast<long>(logs);
  const auto each = static_cast<double>(own) / static_cast<double>(logs);
  RecordProperty("commands", std::to_string(each));
  EXPECT_LE(each, 8);
  EXPECT_LT((output() - output_before) / static_cast<long>(logs), 16 * 1024);
}

TEST_F(RedisCost, AReplayCostsLittleMoreThanItsRecords) {
  start();
  for (const std::size_t size : {1'000ul, 100'000ul, 500'000ul, 1'000'000ul, 4'000'000ul}) {
    const auto stream = "s" + std::to_string(size);
    const auto count = std::max<std::size_t>(8, 2'000'000 / size);
    for (std::size_t i = 0; i < count; ++i) admin().add(stream, std::string(size, 'x'));
    const auto end = extent(stream).last;
    const auto before = output();
    ASSERT_EQ(read_all(stream, end).size(), count);
    const auto ratio = static_cast<double>(output() - before) / static_cast<double>(count * size);
    RecordProperty(stream, std::to_string(ratio));
    EXPECT_LT(ratio, 1.5) << "values of " << size << " bytes";
  }
}

TEST_F(RedisCost, ManyLogsDoNotBlockTheServer) {
  start({"--slowlog-log-slower-than", "20000"});
  constexpr std::size_t logs = 20'000;
  std::vector<RecordingSink> sinks(logs);
  std::vector<std::unique_ptr<Tail>> tails(logs);
  std::vector<Answer<LogExtent>> answers(logs);
  for (std::size_t i = 0; i < logs; ++i) {
    const auto stream = "s" + std::to_string(i);
    connector().extent(stream, answers[i].callback());
    if (i % 64 == 63) answers[i].wait();
    tails[i] = connector().tail(stream, {Offset{0}}, sinks[i]);
  }
  for (auto& answer : answers) ASSERT_TRUE(answer.get());
  auto slowest = std::chrono::steady_clock::duration::zero();
  for (std::size_t i = 0; i < 50; ++i) {
    const auto which = (i * 7919) % logs;
    const auto began = std::chrono::steady_clock::now();
    admin().add("s" + std::to_string(which), "v");
    ASSERT_TRUE(sinks[which].wait_records(1));
    slowest = std::max(slowest, std::chrono::steady_clock::now() - began);
  }
  const auto slow_commands = admin().call({"SLOWLOG", "LEN"})->integer;
  const auto xread = admin().info("commandstats", "cmdstat_xread");
  RecordProperty("slowest_ms",
                 std::to_string(std::chrono::duration_cast<milliseconds>(slowest).count()));
  RecordProperty("xread", xread);
  EXPECT_LE(slow_commands, 2) << "but for a machine that is busy with other things";
  const auto mean = std::stod(xread.substr(xread.find("usec_per_call=") + 14));
  EXPECT_LT(mean, 1000) << "microseconds";
  EXPECT_LT(slowest, seconds(3));
}

}  // namespace sidestream::test
