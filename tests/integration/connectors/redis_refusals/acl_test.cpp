// No permission (NOPERM): for each activity, and for a command that has a substitute.
#include "tests/integration/connectors/redis_refusals/refusal_test.hpp"

namespace sidestream::test {

TEST_F(RedisRefusals, StartIsServedOnceXinfoIsAllowedAgain) {
  start_as_reader();
  admin().add("s", "v");
  rights({"-xinfo"});
  EXPECT_EQ(ask_extent("s").error(), Errc::refused);
  EXPECT_THAT(detail(), HasSubstr("start of s refused: NOPERM"));
  EXPECT_TRUE(eventually([&] { return probe().is_up(); })) << "its connections come up one by one";
  EXPECT_EQ(probe().refusals.waiting(), 1u);
  EXPECT_EQ(ask_locate("s").error(), Errc::refused);
  rights({"+xinfo"});
  EXPECT_TRUE(recovers([&] { return ask_extent("s"); }));
  EXPECT_EQ(probe().refusals.waiting(), 0u);
  EXPECT_EQ(lines("request refused"), 1u) << log();
  EXPECT_EQ(lines("request served again"), 1u) << log();
}

TEST_F(RedisRefusals, SeeksAreServedOnceXrevrangeIsAllowedAgain) {
  start_as_reader();
  const auto end = admin().add("s", "v");
  rights({"-xrevrange"});
  EXPECT_EQ(ask_back("s", end).error(), Errc::refused);
  EXPECT_EQ(ask_locate("s").error(), Errc::refused);
  EXPECT_THAT(detail(), HasSubstr("'xrevrange'"));
  rights({"+xrevrange"});
  EXPECT_TRUE(recovers([&] { return ask_back("s", end); }));
}

TEST_F(RedisRefusals, PlainCommandsReplaceForbiddenScripts) {
  start_as_reader();
  rights({"-eval"});
  const auto end = admin().add("s", std::string(100'000, 'x'));
  ASSERT_EQ(extent("s").last, end);
  const auto before = calls("xinfo|stream");
  const auto began = std::chrono::steady_clock::now();
  std::vector<Answer<LogExtent>> answers(3);
  for (auto& answer : answers) connector().extent("s", answer.callback());
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(2500)) << "one a second";
  EXPECT_LE(calls("xinfo|stream") - before, 3);
  EXPECT_TRUE(ask_back("s", end));
  EXPECT_EQ(detail(), "");
  EXPECT_EQ(lines("request refused"), 0u);
}

TEST_F(RedisRefusals, ReplayGoesOnFromItsPosition) {
  start_as_reader();
  std::vector<std::string> commands(
      3000, redis::format_command({"XADD", "s", "*", "data", std::string(200, 'x')}));
  admin().pipeline(commands);
  const auto end = extent("s").last;
  std::vector<Seen> seen;
  auto reached = ask_read("s", Offset{0}, end, &seen).value();
  ASSERT_LT(reached, end);
  rights({"-xrange"});
  EXPECT_EQ(ask_read("s", reached, end, &seen).error(), Errc::refused);
  EXPECT_THAT(detail(), HasSubstr("replay of s refused: NOPERM"));
  rights({"+xrange"});
  ASSERT_TRUE(recovers([&] {
    auto more = ask_read("s", reached, end, &seen);
    if (more) reached = *more;
    return more;
  }));
  while (reached < end) reached = ask_read("s", reached, end, &seen).value();
  EXPECT_EQ(seen.size(), 3000u);
}

TEST_F(RedisRefusals, TailReadsWhatItMissedOnceXrangeIsAllowedAgain) {
  start_as_reader();
  RecordingSink sink, other_sink;
  const auto reader = tail("s", sink);
  rights({"-xrange"});
  for (int i = 0; i < 3; ++i) admin().add("s", "v");
  ASSERT_TRUE(wait_detail("live of s refused: NOPERM"));
  EXPECT_EQ(probe().refusals.waiting(), 1u);
  rights({"+xrange"});
  ASSERT_TRUE(sink.wait_records(3, seconds(10)));
  EXPECT_TRUE(wait_detail_gone());
  EXPECT_EQ(lines("request refused"), 1u) << log();
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(RedisRefusals, TailsReadWithoutXread) {
  start_as_reader();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().add("s", "v");
  ASSERT_TRUE(sink.wait_records(1));
  rights({"-xread"});
  admin().call({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  ASSERT_TRUE(wait_detail("live of all streams refused: NOPERM"));
  for (std::size_t i = 2; i <= 4; ++i) {
    admin().add("s", "v");
    ASSERT_TRUE(sink.wait_records(i, seconds(10))) << "found by checks";
  }
  rights({"+xread"});
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, XreadIsNotNamedWithoutTails) {
  start_as_reader();
  rights({"-xread"});
  RecordingSink sink;
  auto reader = tail("s", sink);
  ASSERT_TRUE(wait_detail("live of all streams refused: NOPERM"));
  reader.reset();
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, OtherTailsAreReadWhileAKeyIsDenied) {
  start_as_reader();
  admin().add("s", "v");
  RecordingSink denied, sink;
  const auto first = connector().tail("secret", {Offset{0}}, denied);
  const auto second = tail("s", sink);
  rights({"resetkeys", "~s*", "%W~*"});
  rights({"resetkeys", "~s"});
  admin().add("secret", "v");
  ASSERT_TRUE(wait_detail("live of secret refused: NOPERM"));
  for (std::size_t i = 1; i <= 3; ++i) {
    admin().add("s", "v");
    ASSERT_TRUE(sink.wait_records(i, seconds(10)));
  }
  rights({"allkeys"});
  ASSERT_TRUE(denied.wait_records(1, seconds(10)));
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, AClosedTailIsNotNamedAnyMore) {
  start_as_reader();
  RecordingSink sink;
  auto reader = connector().tail("s", {Offset{0}}, sink);
  rights({"resetkeys"});
  admin().add("s", "v");
  ASSERT_TRUE(wait_detail("live of s refused"));
  reader.reset();
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, PublishAnswersTheReason) {
  start_as_reader();
  rights({"-xadd"});
  const auto refused = publish("s", "v");
  EXPECT_EQ(refused.error(), Errc::refused);
  EXPECT_THAT(refused.error().reason, HasSubstr("NOPERM"));
  EXPECT_THAT(detail(), HasSubstr("publish of s refused: NOPERM"));
  EXPECT_EQ(probe().refusals.waiting(), 0u) << "nobody waits";
  rights({"+xadd"});
  EXPECT_TRUE(publish("s", "v"));
  EXPECT_TRUE(wait_detail_gone());
}

}  // namespace sidestream::test
