// Event ids are a public format. These are the forms that every release has to read.

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/redis.hpp"

namespace e2e {
namespace {

void expect_from(Stage& stage, const std::string& id, std::vector<std::int64_t> next) {
  SCOPED_TRACE(id);
  auto stream = stage.resume(id);
  std::int64_t left = 0;
  for (std::size_t p = 0; p < next.size(); ++p) left += stage.written()[p] - next[p];
  for (; left > 0; --left) {
    const auto what = parse_numbered(stream.record().data).value();
    ASSERT_EQ(what.number, next[static_cast<std::size_t>(what.lane)]++);
  }
  EXPECT_EQ(stream.count_of("stream-gap") + stream.count_of("stream-reset"), 0);
  EXPECT_TRUE(stream.is_silent(20ms));
}

TEST(KafkaIds, AreOffsetsOfOnePartition) {
  Stage stage("kafka1");
  auto stream = stage.live();
  EXPECT_EQ(stream.last_id(), "0.-1");
  stage.append(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stream.record().id, std::to_string(i));
  expect_from(stage, "0.-1", {0});
  expect_from(stage, "0", {1});
  expect_from(stage, "1", {2});
  expect_from(stage, "0.1", {2});
  expect_from(stage, "2", {3});
}

TEST(KafkaIds, NameTheLastOffsetOfEachPartition) {
  Stage stage("kafka3");
  auto stream = stage.live();
  EXPECT_EQ(stream.last_id(), "0.-1~1.-1~2.-1");
  stage.append({{.value = numbered(1, 0), .partition = 1}});
  EXPECT_EQ(stream.record().id, "0.-1~1.0~2.-1");
  stage.append({{.value = numbered(2, 0), .partition = 2}});
  EXPECT_EQ(stream.record().id, "0.-1~1.0~2.0");
  stream.drop();
  auto again = stage.resume("0.-1~1.-1~2.0");
  EXPECT_EQ(again.record().data, numbered(1, 0));
  EXPECT_EQ(again.last_id(), "0.-1~1.0~2.0");
}

// A producer may set any id. Redis compares them as unsigned numbers.
TEST(RedisIds, MayHaveAnyNumbers) {
  RedisServer redis;
  auto own = make_redis_source(redis);
  const std::string log = own->log();
  Stage stage(std::move(own));
  RedisClient client(redis.address());
  auto live = stage.live();
  const std::vector<std::string> ids{"9223372036854775807-18446744073709551615",
                                     "9223372036854775808-0",
                                     "18446744073709551614-18446744073709551615"};
  for (const auto& id : ids) {
    EXPECT_EQ(client.command({"XADD", log, id, "data", "at " + id}), id);
    EXPECT_EQ(live.record().id, id);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    SCOPED_TRACE(ids[i]);
    auto resumed = stage.resume(ids[i]);
    for (std::size_t next = i + 1; next < ids.size(); ++next)
      EXPECT_EQ(resumed.record().data, "at " + ids[next]);
    EXPECT_EQ(resumed.count_of("stream-gap") + resumed.count_of("stream-reset"), 0);
    EXPECT_TRUE(resumed.is_silent(20ms));
  }
  auto all = stage.open("from=earliest");
  for (const auto& id : ids) EXPECT_EQ(all.record().id, id);
  EXPECT_EQ(stage.open("tail=1").record().id, ids.back());
}

TEST(KafkaIds, StayValidWhenPartitionsAreAdded) {
  Stage stage("kafka3");
  stage.append(4);
  expect_from(stage, "1", {2, 0, 0});
  expect_from(stage, "0.1", {2, 0, 0});
  expect_from(stage, "0.1~1.2", {2, 3, 0});
  expect_from(stage, "0.3~1.3~2.0", {4, 4, 1});
}

TEST(KafkaIds, ResetWithAMissingPartition) {
  Stage stage("kafka3");
  stage.append(2);
  for (const auto* id : {"1.1", "0.1~2.1", "2.0", "1.0~2.0"}) {
    SCOPED_TRACE(id);
    auto stream = stage.resume(id);
    EXPECT_NO_THROW(stream.control("stream-reset"));
  }
}

TEST(RedisIds, AreEntryIds) {
  Stage stage("redis");
  auto stream = stage.live();
  EXPECT_EQ(stream.last_id(), "0-0");
  stage.append(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stream.record().id, stage.offset(0, i));
  expect_from(stage, "0-0", {0});
  expect_from(stage, stage.offset(0, 0), {1});
  expect_from(stage, stage.offset(0, 2), {3});
}

TEST(EmbeddedIds, AreOffsets) {
  Stage stage("embedded");
  auto stream = stage.live();
  stage.append(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stream.record().id, stage.offset(0, i));
  EXPECT_EQ(std::stoll(stage.offset(0, 2)), std::stoll(stage.offset(0, 0)) + 2);
  expect_from(stage, stage.offset(0, 0), {1});
  expect_from(stage, "0." + stage.offset(0, 1), {2});
}

class IdShape : public OnBroker {};
ON_EVERY_BROKER(IdShape);

TEST_P(IdShape, AdvancesOnePartitionPerRecord) {
  Stage stage(GetParam());
  stage.append(30);
  auto replay = stage.open("from=earliest");
  Ledger ledger(stage.partitions());  // checks each id
  ledger.read(replay, stage.written());
  stage.append(30);
  ledger.read(replay, stage.written());
}

}  // namespace
}  // namespace e2e
