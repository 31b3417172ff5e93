#include "connectors/redis/tail_table.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {
namespace {

using std::chrono::seconds;

TailEntry& add(TailTable& table, TailId id, const std::string& log) {
  return table.add(id, log, std::make_shared<TailSlot>(), {});
}

}  // namespace

TEST(TailTable, TakesEachReadyTailOnceInOrder) {
  TailTable table;
  auto& a = add(table, 1, "a");
  auto& b = add(table, 2, "b");
  table.make_ready(b);
  table.make_ready(a);
  table.make_ready(b);
  EXPECT_EQ(table.take_ready(), &b);
  b.state = TailEntry::State::reading;
  EXPECT_EQ(table.take_ready(), &a);
  a.state = TailEntry::State::reading;
  EXPECT_EQ(table.take_ready(), nullptr);
}

TEST(TailTable, SkipsClosedTails) {
  TailTable table;
  const Clock::time_point now{};
  table.make_ready(add(table, 1, "a"));
  table.schedule_check(*table.find(1), now);
  table.remove(1);
  table.remove(1);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_EQ(table.take_ready(), nullptr);
  EXPECT_EQ(table.take_due_check(now), nullptr);
  EXPECT_TRUE(table.of_log("a").empty());
  EXPECT_EQ(table.size(), 0u);
}

TEST(TailTable, HoldsSeveralTailsOfOneLog) {
  TailTable table;
  add(table, 1, "a");
  auto& second = add(table, 2, "a");
  add(table, 3, "b");
  EXPECT_EQ(table.of_log("a").size(), 2u);
  table.remove(1);
  EXPECT_EQ(table.of_log("a"), std::vector<TailEntry*>{&second});
}

TEST(TailTable, TakesChecksWhenDue) {
  TailTable table;
  const Clock::time_point now{};
  auto& a = add(table, 1, "a");
  auto& b = add(table, 2, "b");
  table.schedule_check(a, now + seconds(2));
  table.schedule_check(b, now + seconds(1));
  EXPECT_EQ(table.next_check(), now + seconds(1));
  EXPECT_EQ(table.take_due_check(now), nullptr);
  EXPECT_EQ(table.take_due_check(now + seconds(1)), &b);
  EXPECT_EQ(table.take_due_check(now + seconds(1)), nullptr);
  EXPECT_EQ(table.take_due_check(now + seconds(5)), &a);
  EXPECT_EQ(table.next_check(), Clock::time_point::max());
}

}  // namespace sidestream::redis
