#include "sidecar/auth/person.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using std::chrono::milliseconds;

PersonPtr ending_at(std::optional<int> ms) {
  Person person;
  if (ms) person.ends_at = std::chrono::sys_time<milliseconds>(milliseconds(*ms));
  return std::make_shared<const Person>(std::move(person));
}

TEST(Person, TheEarlierEndCounts) {
  const PersonPtr early = ending_at(1), late = ending_at(2), never = ending_at({});
  EXPECT_EQ(that_ends_first(early, late), early);
  EXPECT_EQ(that_ends_first(late, early), early);
  EXPECT_EQ(that_ends_first(never, late), late);
  EXPECT_EQ(that_ends_first(late, never), late);
  EXPECT_EQ(that_ends_first(nullptr, never), never);
  EXPECT_EQ(that_ends_first(never, nullptr), never);
  EXPECT_EQ(that_ends_first(nullptr, nullptr), nullptr);
}

}  // namespace
}  // namespace sidestream
