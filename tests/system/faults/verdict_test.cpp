// The judge must be able to condemn: histories with one thing wrong, and the same without it.

#include "tests/system/faults/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace e2e::faults {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using What = Sight::What;

// One lane with the records 0..count-1 at the offsets of the same numbers.
Generation generation_of(std::int64_t count, std::int64_t floor = -1) {
  Generation generation{{Lane{}}};
  for (std::int64_t i = 0; i < count; ++i) generation.lanes[0].offsets.push_back(Offset{i});
  generation.lanes[0].floor = Offset{floor};
  return generation;
}

class Verdict : public testing::Test {
 protected:
  Verdict() { add({.what = What::open, .at = {-1}}); }
  void add(Sight sight) { history_.sights.push_back(sight); }
  void records(std::int64_t first, std::int64_t end, int generation = 0) {
    for (auto i = first; i < end; ++i) add({.generation = generation, .number = i, .at = {i}});
  }
  void gap(std::int64_t after, std::int64_t resumed, std::optional<std::int64_t> lost) {
    add({.what = What::gap, .at = {after}, .before = {after}, .resumed = {resumed}, .lost = lost});
  }
  std::vector<std::string> verdict() const { return judge_each({history_}, generations_).at(0); }

  History history_;
  std::vector<Generation> generations_{generation_of(10)};
};

TEST_F(Verdict, AcceptsACompleteHistory) {
  records(0, 10);
  EXPECT_THAT(verdict(), IsEmpty());
}

TEST_F(Verdict, DetectsALostRecord) {
  records(0, 4);
  records(5, 10);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("1 before it were lost without a word")));
}

// Of the records 0 to 9: 1, 5 and 9.
class VerdictOnAPerson : public Verdict {
 protected:
  VerdictOnAPerson() { history_.person = 1; }
};

TEST_F(VerdictOnAPerson, AcceptsHerRecordsAlone) {
  for (const int number : {1, 5, 9}) records(number, number + 1);
  EXPECT_THAT(verdict(), IsEmpty());
}

TEST_F(VerdictOnAPerson, DetectsALostRecord) {
  for (const int number : {1, 9}) records(number, number + 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("1 before it were lost without a word")));
}

TEST_F(VerdictOnAPerson, DetectsALostEnd) {
  for (const int number : {1, 5}) records(number, number + 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("the last 1 never came")));
}

TEST_F(VerdictOnAPerson, DetectsAnotherPersonsRecord) {
  for (const int number : {1, 5, 6, 9}) records(number, number + 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("record 6 is another person's")));
}

TEST_F(VerdictOnAPerson, DetectsARepeatedRecord) {
  for (const int number : {1, 5, 5, 9}) records(number, number + 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("record 5 again")));
}

TEST_F(Verdict, DetectsALostEnd) {
  records(0, 9);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("the last 1 never came")));
}

TEST_F(Verdict, DetectsARepeatedRecord) {
  records(0, 5);
  records(4, 10);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("record 4 again")));
}

TEST_F(Verdict, AcceptsAGapOverDroppedRecords) {
  generations_ = {generation_of(10, 6)};
  records(0, 3);
  gap(2, 6, 3);
  records(6, 10);
  EXPECT_THAT(verdict(), IsEmpty());
}

TEST_F(Verdict, DetectsAGapThatIsTooShort) {
  generations_ = {generation_of(10, 6)};
  records(0, 3);
  gap(2, 5, 2);
  records(6, 10);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("1 before it were lost without a word")));
}

TEST_F(Verdict, DetectsAGapOverRetainedRecords) {
  generations_ = {generation_of(10, 5)};
  records(0, 3);
  gap(2, 6, 3);
  records(6, 10);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("1 of them were never dropped")));
}

TEST_F(Verdict, DetectsAWrongGapCount) {
  generations_ = {generation_of(10, 6)};
  records(0, 3);
  gap(2, 6, 4);
  records(6, 10);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("it tells 4 lost instead of 3")));
}

TEST_F(Verdict, DetectsASilentNewGeneration) {
  generations_.push_back(generation_of(5));
  records(0, 10);
  records(0, 5, 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("another generation without a word")));
}

TEST_F(Verdict, AcceptsANewGenerationAfterAReset) {
  generations_.push_back(generation_of(5));
  records(0, 10);
  add({.what = What::reset, .generation = 1, .at = {-1}, .before = {9}});
  auto missing = history_;
  records(0, 5, 1);
  EXPECT_THAT(verdict(), IsEmpty());
  history_ = missing;
  records(2, 5, 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("2 before it were lost without a word")));
}

TEST_F(Verdict, DetectsARecordOfAnOldGeneration) {
  generations_.push_back(generation_of(5));
  records(0, 9);
  add({.what = What::reset, .generation = 1, .at = {-1}, .before = {9}});
  records(9, 10);
  records(0, 5, 1);
  EXPECT_THAT(verdict(), ElementsAre(HasSubstr("after generation 1 began")));
}

TEST_F(Verdict, DetectsAResetWithoutReason) {
  records(0, 10);
  add({.what = What::reset, .at = {-1}, .before = {9}});
  EXPECT_THAT(verdict(), testing::Contains(HasSubstr("a reset without another generation")));
}

TEST_F(Verdict, RequiresThatUnconfirmedRecordsReachAllOrNone) {
  generations_[0].lanes[0].offsets[4].reset();
  records(0, 4);
  records(5, 10);
  EXPECT_THAT(verdict(), IsEmpty());
  auto other = history_;
  other.sights.insert(other.sights.begin() + 5, {.number = 4, .at = {4}});
  EXPECT_THAT(judge_each({history_, other}, generations_),
              ElementsAre(ElementsAre(HasSubstr("record 5: 1 before it were lost")), IsEmpty()));
}

}  // namespace
}  // namespace e2e::faults
