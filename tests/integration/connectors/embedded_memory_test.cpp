// The memory of embedded logs in memory: one budget for all logs of a connector.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

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
  publish_many(1, std::string(100'000, 'x'));  // too large for delivery on this thread
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

TEST_F(EmbeddedLog, AnswersAndDeliversOnThePublishersThreadInMemory) {
  struct ThreadSink final : TailSink {
    void deliver(std::span<const Record>) noexcept override { thread = std::this_thread::get_id(); }
    void pass(Partition, Offset) noexcept override {}
    void lose(const Loss&) noexcept override {}
    void reset(std::string_view, const Position&) noexcept override {}
    void grow(int) noexcept override {}
    std::atomic<std::thread::id> thread;
  } sink;
  open({});
  const auto reader = connector_->tail("log", {publish("first")}, sink);
  // Not at once: the tail's own thread looks for records first.
  const auto on_this_thread = [&] {
    sink.thread = std::thread::id();
    std::atomic<std::thread::id> answered;
    const auto done = [&](const PublishResult&) { answered = std::this_thread::get_id(); };
    connector_->publish("log", {.value = "next"}, done);
    while (answered == std::thread::id()) std::this_thread::yield();
    return answered == std::this_thread::get_id() && sink.thread == std::this_thread::get_id();
  };
  EXPECT_TRUE(eventually(on_this_thread));
}

TEST_F(EmbeddedLog, ManySmallRecordsCountWithTheirOverhead) {
  open({.memory_bytes = budget});
  publish_many(30'000, "x");
  EXPECT_LE(held(), static_cast<std::int64_t>(budget / 65));
  EXPECT_GE(held(), static_cast<std::int64_t>(budget / 65 - 10));
}

TEST_F(EmbeddedLog, LogsInMemoryShareARecordLimit) {
  open({.memory_bytes = 64 * budget, .memory_records = 1000});
  for (int i = 0; i < 10; ++i) publish_many(300, "x", "session-" + std::to_string(i));
  std::int64_t records = 0;
  for (int i = 0; i < 10; ++i) records += held("session-" + std::to_string(i));
  EXPECT_EQ(records, 1000);
  EXPECT_GE(held("session-9"), 90) << "no log pays alone";
}

TEST_F(EmbeddedLog, RecordsWithoutBytesCountInTheSizeOfTheirLog) {
  open({.memory_bytes = budget});
  publish("small", "small");
  publish_many(30'000, "", "large");
  EXPECT_EQ(held("small"), 1);
  EXPECT_LE(held("large"), static_cast<std::int64_t>(budget / 64));
}

TEST_F(EmbeddedLog, NamesOfLogsStayWithinTheBudget) {
  open({.memory_bytes = budget});
  const auto first = publish("the largest", "chat");
  RecordingSink sink;
  const auto reader = connector_->tail("chat", {first}, sink);
  const std::string name(200, 'n');
  constexpr int logs = 10'000;
  std::vector<Answer<Published>> answers(logs);
  for (int i = 0; i < logs; ++i) {
    const auto done = answers[static_cast<std::size_t>(i)].callback();
    connector_->publish(name + std::to_string(i), {.value = "x"}, done);
  }
  for (auto& answer : answers) answer.get().value();
  std::int64_t records = 0;
  for (int i = 0; i < logs; ++i) records += held(name + std::to_string(i));
  EXPECT_LE(records, static_cast<std::int64_t>(budget / 600)) << "a name counts twice";
  EXPECT_EQ(held(name + std::to_string(logs - 1)), 1) << "the newest is held";

  EXPECT_FALSE(whole_extent("chat").exact) << "it was forgotten";
  const auto second = publish("second", "chat");
  EXPECT_GT(second, first) << "no offset is reused";
  ASSERT_TRUE(sink.wait([&] { return !sink.records_now().empty(); }));
  EXPECT_EQ(sink.records_now().back().offset, second);
  ASSERT_FALSE(sink.losses().empty());
  EXPECT_FALSE(sink.losses().front().exact);
}

TEST_F(EmbeddedLog, ForgetsEmptyLogsBeforeItDeletesRecords) {
  open({.memory_bytes = budget});
  const auto first = publish("small", "chat");
  for (int i = 0; i < 3000; ++i) publish(std::string(400, 'x'), std::to_string(i));
  EXPECT_EQ(held("chat"), 1);
  EXPECT_EQ(extent("chat").last, first);
}

}  // namespace sidestream::test
