// The memory of embedded logs in memory: one budget for all logs of a connector.
#include <gtest/gtest.h>

#include "tests/integration/connectors/embedded_test.hpp"

namespace sidestream::test {
namespace {

constexpr std::uint64_t budget = 1024 * 1024;

}  // namespace

TEST_F(EmbeddedLog, LogsInMemoryStayWithinTheirBudgetTogether) {
  open({.memory_bytes = budget});
  for (int i = 0; i < 300; ++i) publish(std::string(60'000, 'x'), "session-" + std::to_string(i));
  std::int64_t records = 0;
  for (int i = 0; i < 300; ++i) records += held("session-" + std::to_string(i));
  EXPECT_LE(records * 60'000, static_cast<std::int64_t>(budget));
  EXPECT_GE(records, 15);
  EXPECT_EQ(held("session-299"), 1) << "the newest is held";
}

TEST_F(EmbeddedLog, TheLargestLogPaysForTheOthers) {
  open({.memory_bytes = budget});
  publish(std::string(10'000, 'x'), "small");
  publish_many(100, std::string(100'000, 'x'), "large");
  EXPECT_EQ(held("small"), 1);
  EXPECT_GE(held("large"), 8);
  EXPECT_LE(held("large"), 10);
}

TEST_F(EmbeddedLog, ReadersAreToldOfRecordsDeletedForMemory) {
  open({.memory_bytes = budget});
  const auto first = publish("first");
  RecordingSink sink;
  const auto reader = connector_->tail("log", {first}, sink);
  sink.hold();
  publish_many(1, "held");
  publish_many(100, std::string(100'000, 'x'));
  sink.release();
  ASSERT_TRUE(sink.wait([&] {
    return !sink.records_now().empty() && sink.records_now().back().offset == extent().last;
  }));
  const auto losses = sink.losses();
  ASSERT_FALSE(losses.empty());
  std::int64_t lost = 0;
  for (const auto& loss : losses) lost += loss.lost.value();
  EXPECT_EQ(static_cast<std::int64_t>(sink.count()) + lost, 101);
  const auto answer = ask<Offset>([&](auto done) {
    connector_->read(
        {.log = "log", .after = first, .until = extent().last}, [](auto) {}, done);
  });
  EXPECT_EQ(answer.error(), Errc::gone);
}

TEST_F(EmbeddedLog, ManySmallRecordsCountWithTheirOverhead) {
  open({.memory_bytes = budget});
  publish_many(30'000, "x");
  EXPECT_LE(held(), static_cast<std::int64_t>(budget / 65));
  EXPECT_GE(held(), static_cast<std::int64_t>(budget / 65 - 1));
}

}  // namespace sidestream::test
