// Losses and resets of Redis streams: trimming by producers, deleted, recreated and set back
// streams.
#include "tests/integration/connectors/redis_test.hpp"

#include <gtest/gtest.h>

namespace sidestream::test {
namespace {

using std::chrono::seconds;

std::int64_t lost_in(const RecordingSink& sink) {
  std::int64_t lost = 0;
  for (const auto& loss : sink.losses()) {
    EXPECT_TRUE(loss.exact);
    lost += loss.lost.value_or(0);
  }
  return lost;
}

}  // namespace

TEST_F(RedisTest, CountsEntriesThatABurstTrimsItself) {
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

TEST_F(RedisTest, CountsEntriesOfABurstTrimmedToNothing) {
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

TEST_F(RedisTest, DeliversOrCountsEachEntryWithMaxlenOne) {
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

TEST_F(RedisTest, ReportsNoFalseLossWhenATailStartsOnATrimmedStream) {
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

TEST_F(RedisTest, ReportsNoLossForSparseIds) {
  start();
  admin().add("s", "a", "10-0");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  for (const char* id : {"500-0", "90000-7", "90000-900"}) admin().add("s", "v", id);
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_TRUE(sink.losses().empty());
}

TEST_F(RedisTest, ResetsWhenRecreatedWithLowerIds) {
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

TEST_F(RedisTest, ResetsWhenRecreatedWithHigherIds) {
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

TEST_F(RedisTest, ResetsWhenDeletedWithoutANewEntry) {
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

TEST_F(RedisTest, ResetsWhenSetBack) {
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

TEST_F(RedisTest, ResetsOnlyWhenARestartLosesTheData) {
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

TEST_F(RedisTest, AnswersGoneToAReaderOfAnOlderGeneration) {
  start();
  const auto old = admin().add("s", "old");
  admin().call({"DEL", "s"});
  const auto last = Offset::of_entry(old.entry_ms() + 5, old.entry_seq());
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

}  // namespace sidestream::test
