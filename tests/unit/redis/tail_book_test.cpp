#include "connectors/redis/tail_book.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {
namespace {

using std::chrono::seconds;

TailEntry& add(TailBook& book, TailId id, const std::string& log) {
  return book.add(id, log, std::make_shared<TailSlot>(), {});
}

}  // namespace

TEST(TailBook, ReadyTailsHaveTheirTurnOnceAndInOrder) {
  TailBook book;
  auto& a = add(book, 1, "a");
  auto& b = add(book, 2, "b");
  book.make_ready(b);
  book.make_ready(a);
  book.make_ready(b);
  EXPECT_EQ(book.take_ready(), &b);
  b.state = TailEntry::State::reading;
  EXPECT_EQ(book.take_ready(), &a);
  a.state = TailEntry::State::reading;
  EXPECT_EQ(book.take_ready(), nullptr);
}

TEST(TailBook, ATailThatHasEndedIsSkippedEverywhere) {
  TailBook book;
  const Clock::time_point now{};
  book.make_ready(add(book, 1, "a"));
  book.look_later(*book.find(1), now);
  book.remove(1);
  book.remove(1);
  EXPECT_EQ(book.find(1), nullptr);
  EXPECT_EQ(book.take_ready(), nullptr);
  EXPECT_EQ(book.take_look(now), nullptr);
  EXPECT_TRUE(book.of_log("a").empty());
  EXPECT_EQ(book.size(), 0u);
}

TEST(TailBook, ALogMayHaveSeveralTails) {
  TailBook book;
  add(book, 1, "a");
  auto& second = add(book, 2, "a");
  add(book, 3, "b");
  EXPECT_EQ(book.of_log("a").size(), 2u);
  book.remove(1);
  EXPECT_EQ(book.of_log("a"), std::vector<TailEntry*>{&second});
}

TEST(TailBook, LooksComeWhenTheyAreDue) {
  TailBook book;
  const Clock::time_point now{};
  auto& a = add(book, 1, "a");
  auto& b = add(book, 2, "b");
  book.look_later(a, now + seconds(2));
  book.look_later(b, now + seconds(1));
  EXPECT_EQ(book.next_look(), now + seconds(1));
  EXPECT_EQ(book.take_look(now), nullptr);
  EXPECT_EQ(book.take_look(now + seconds(1)), &b);
  EXPECT_EQ(book.take_look(now + seconds(1)), nullptr);
  EXPECT_EQ(book.take_look(now + seconds(5)), &a);
  EXPECT_EQ(book.next_look(), Clock::time_point::max());
}

}  // namespace sidestream::redis
