// The book must be able to condemn: logs of questions with one thing wrong, and the same without.

#include "tests/system/faults/ask/question_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QuestionBookTest : public testing::Test {
 protected:
  // Two POSTs, of which the second was answered.
  QuestionBookTest() {
    book_.asks("q");
    book_.asks("q");
    book_.asked("q", "/chat/s1/id");
  }
  std::vector<std::string> judge(bool once = true) const { return book_.judge(log_, once); }
  void record(const std::string& event) {
    log_.push_back({"1-1", event, "id", "log", event == "ask" ? question_body("q") : ""});
  }

  QuestionBook book_;
  std::vector<QuestionRecord> log_;
};

TEST_F(QuestionBookTest, AcceptsAQuestionThatIsThereOnce) {
  record("ask");
  EXPECT_THAT(judge(), IsEmpty());
}

TEST_F(QuestionBookTest, DetectsALostQuestion) {
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("asked 0 times")));
}

TEST_F(QuestionBookTest, DetectsARepeatedQuestionWhereItIsAskedOnce) {
  record("ask");
  record("ask");
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("asked 2 times, by 2 POSTs")));
  EXPECT_THAT(judge(false), IsEmpty());
  record("ask");
  EXPECT_THAT(judge(false), ElementsAre(HasSubstr("asked 3 times, by 2 POSTs")));
}

TEST_F(QuestionBookTest, DetectsAnotherBodyAnotherIdAndAStranger) {
  log_.push_back({"1-1", "ask", "id", "log", "q and more"});
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("another body")));
  log_ = {{"1-1", "ask", "other", "log", question_body("q")}};
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("has the request other")));
  log_ = {};
  record("ask");
  log_.push_back({"1-2", "ask", "id2", "log", "stranger"});
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("nobody asked")));
}

TEST_F(QuestionBookTest, DetectsALostCancelAndOneTooMany) {
  record("ask");
  book_.cancels("q");
  EXPECT_THAT(judge(), IsEmpty()) << "it may be written or not";
  book_.cancelled("q");
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("cancelled 0 times")));
  record("cancel");
  EXPECT_THAT(judge(), IsEmpty());
  record("cancel");
  EXPECT_THAT(judge(), ElementsAre(HasSubstr("cancelled 2 times, by 1 DELETEs")));
}

TEST_F(QuestionBookTest, ExpectsNothingOfWhatTheBrokerHasLost) {
  book_.forget_promises();
  EXPECT_THAT(judge(), IsEmpty());
  EXPECT_THAT(book_.promised(), IsEmpty());
}

}  // namespace
}  // namespace e2e::faults
