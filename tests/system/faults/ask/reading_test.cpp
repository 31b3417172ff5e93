// The checker of replies must be able to condemn: readings with one thing wrong, and the same without.

#include "tests/system/faults/ask/reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReadingTest : public testing::Test {
 protected:
  void event(const std::string& name, const std::string& data, const std::string& id) {
    reading_.on_event({name, data, id, {}});
  }
  void words(int first, int last) {
    for (int i = first; i <= last; ++i) piece("word", i);
  }
  void piece(const std::string& event_name, int number) {
    event(event_name, to_text({name_, number}), std::to_string(++newest_));
  }
  void end(const std::string& event_name, int number) {
    piece(event_name, number);
    event("stream-end", R"({"reason":"end"})", std::to_string(newest_));
  }

  const std::string name_ = "q1.1";
  const int all_ = words_of(name_);
  Reading reading_{name_, "/chat/s/id"};
  int newest_ = 0;
};

TEST_F(ReadingTest, AcceptsAReplyThatIsReadTwice) {
  event("stream-open", R"({"location":"/chat/s/id"})", "0");
  words(1, all_);
  end("done", all_);
  EXPECT_TRUE(reading_.over());
  reading_.expect_only_end();
  reading_.no_content();
  reading_.from_start();
  words(1, all_);
  end("done", all_);
  EXPECT_THAT(reading_.broken(), IsEmpty());
}

TEST_F(ReadingTest, AcceptsACancelInMidAnswer) {
  words(1, 3);
  end("cancelled", 3);
  EXPECT_THAT(reading_.broken(), IsEmpty());
}

TEST_F(ReadingTest, DetectsALostPiece) {
  words(1, 3);
  words(5, 5);
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("those before it are lost")));
}

TEST_F(ReadingTest, DetectsALostPieceBeforeTheEnd) {
  words(1, 3);
  end("cancelled", 4);
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("some are lost")));
}

TEST_F(ReadingTest, DetectsARepeatedPiece) {
  words(1, 3);
  words(3, 3);
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("word 3 again")));
}

TEST_F(ReadingTest, DetectsASecondAnswer) {
  words(1, all_);
  piece("done", all_);
  words(1, 1);
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("word behind the end")));
}

TEST_F(ReadingTest, DetectsAnotherEndThanBefore) {
  words(1, 3);
  end("cancelled", 3);
  reading_.from_start();
  words(1, 4);
  end("cancelled", 4);
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("another end than before")));
}

TEST_F(ReadingTest, DetectsAnEndThatDidNotCome) {
  words(1, 3);
  event("stream-end", R"({"reason":"end"})", "3");
  reading_.from_start();
  reading_.no_content();
  EXPECT_THAT(reading_.broken(), ElementsAre(HasSubstr("stream-end before the end"),
                                             HasSubstr("204 before the end was read")));
}

TEST_F(ReadingTest, DetectsAGapAndAnotherReply) {
  event("stream-gap", "{}", "0");
  event("stream-open", R"({"location":"/chat/s/other"})", "0");
  event("word", "q1.2 1", "1");
  EXPECT_THAT(reading_.broken(),
              ElementsAre(HasSubstr("stream-gap"), HasSubstr("stream-open without"),
                          HasSubstr("not a piece of this reply")));
}

}  // namespace
}  // namespace e2e::faults
