// Connections that the server closes: output limits, idle limits.
#include "tests/integration/connectors/redis_refusals/refusal_test.hpp"

namespace sidestream::test {
namespace {

void wait_for(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  eventually([&] { return std::chrono::steady_clock::now() >= until; });
}

}  // namespace

TEST_F(RedisRefusals, ReplayAsksForLessAfterTheServerCutsIt) {
  start();
  admin().call({"CONFIG", "SET", "client-output-buffer-limit", "normal 4mb 2mb 1"});
  for (int i = 0; i < 20; ++i) admin().add("s", std::string(500'000, 'x'));
  const auto end = extent("s").last;
  const auto before = stat("stats", "total_connections_received");
  EXPECT_EQ(read_all("s", end).size(), 20u);
  EXPECT_LT(stat("stats", "total_connections_received") - before, 10);
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, ReplaysOfManyStreamsFitTheLimitTogether) {
  start();
  admin().call({"CONFIG", "SET", "client-output-buffer-limit", "normal 700kb 0 0"});
  std::vector<Offset> ends;
  for (int s = 0; s < 16; ++s) {
    for (int i = 0; i < 4; ++i) admin().add("s" + std::to_string(s), std::string(300'000, 'x'));
    ends.push_back(extent("s" + std::to_string(s)).last);
  }
  std::vector<Answer<Offset>> answers(ends.size());
  for (std::size_t s = 0; s < ends.size(); ++s) {
    connector().read(
        {.log = "s" + std::to_string(s), .after = Offset{0}, .until = ends[s]}, [](auto) {},
        answers[s].callback());
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST_F(RedisRefusals, AnEntryBeyondTheLimitIsRefusedAndOthersAreRead) {
  start();
  admin().call({"CONFIG", "SET", "client-output-buffer-limit", "normal 1mb 0 0"});
  for (const char* stream : {"large", "small"}) admin().add(stream, "v");
  admin().add("large", std::string(3'000'000, 'x'));
  admin().add("large", "v");
  const auto end = extent("large").last;
  Offset reached{0};
  ASSERT_TRUE(eventually([&] {
    const auto more = ask_read("large", reached, end);
    if (more) reached = *more;
    return !more;
  }));
  EXPECT_THAT(detail(), HasSubstr("replay of large refused: the connection is lost"));
  EXPECT_TRUE(ask_read("small", Offset{0}, extent("small").last));
  const auto before = stat("stats", "total_connections_received");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ask_read("large", reached, end).error(), Errc::refused);
  EXPECT_GT(std::chrono::steady_clock::now() - began, milliseconds(100)) << "with back-off";
  EXPECT_LT(stat("stats", "total_connections_received") - before, 8);
  admin().call({"CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0"});
  while (reached < end) reached = ask_read("large", reached, end).value();
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, LiveAsksForLessAfterTheServerCutsIt) {
  start();
  admin().call({"CONFIG", "SET", "client-output-buffer-limit", "normal 4mb 0 0"});
  for (int i = 0; i < 30; ++i) admin().add("s", std::string(10'000, 'x'));
  for (int i = 0; i < 30; ++i) admin().add("s", std::string(900'000, 'x'));
  RecordingSink sink;
  const auto reader = connector().tail("s", {Offset{0}}, sink);
  ASSERT_TRUE(sink.wait_records(60));
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, AnIdleConnectionThatTheServerClosesIsNoError) {
  start();
  admin().call({"CONFIG", "SET", "timeout", "1"});
  ASSERT_TRUE(publish("s", "v"));
  ASSERT_TRUE(eventually([&] { return probe().is_up(); }));
  const auto lines_before = log().size();
  const auto connections = stat("stats", "total_connections_received");
  bool always_up = true;
  const auto until = std::chrono::steady_clock::now() + seconds(4);
  eventually([&] {
    always_up &= probe().is_up() && detail().empty();
    return std::chrono::steady_clock::now() >= until;
  });
  EXPECT_TRUE(always_up);
  EXPECT_EQ(probe().errors.load(), 0u) << log();
  EXPECT_EQ(log().size(), lines_before) << log();
  RedisClient client(server().port());
  EXPECT_GT(std::stol(client.info("stats", "total_connections_received")), connections + 2)
      << "the server did close connections";
  RecordingSink sink;
  const auto reader = tail("s", sink);
  ASSERT_TRUE(publish("s", "v"));
  EXPECT_TRUE(sink.wait_records(1));
  wait_for(milliseconds(1500));
  ASSERT_TRUE(publish("s", "v"));
  EXPECT_TRUE(sink.wait_records(2));
}

}  // namespace sidestream::test
