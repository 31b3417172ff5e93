// Search for the newest record before markers and holes.

#include "connectors/kafka/newest_search.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sidestream::kafka {
namespace {

// A partition with records at some offsets, read in steps.
class NewestSearchTest : public testing::Test {
 protected:
  struct Answer {
    std::optional<std::int64_t> offset;
    std::string value, header;
    boost::system::error_code error;
  };
  Answer search(std::int64_t floor, std::int64_t until, bool value = true) {
    std::optional<Answer> answer;
    const auto done = [&answer](Result<const Record*> record) {
      answer.emplace();
      if (!record) {
        answer->error = record.error();
      } else if (*record) {
        answer->offset = (*record)->offset.number();
        answer->value = (*record)->value.value_or("-");
        if (!(*record)->headers.empty()) answer->header = *(*record)->headers.front().value;
      }
    };
    const auto read = [this](Range range, NewestSearch::Deliver deliver,
                             Connector::Callback<Offset> reached) {
      waiting_.push_back([=, this] { answer_read(range, deliver, reached); });
    };
    NewestQuery query{"log", Offset::of(floor), Offset::of(until), value, {}};
    std::make_shared<NewestSearch>(query, read, done)->run();
    // As a connector does, never within the call.
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      next();
    }
    EXPECT_TRUE(answer);
    return answer.value_or(Answer{});
  }
  void answer_read(const Range& range, const NewestSearch::Deliver& deliver,
                   const Connector::Callback<Offset>& done) {
    ++reads_;
    if (error_) return done(*error_);
    std::int64_t reached = range.after.number();
    for (int i = 0; i < 4 && reached < range.until.number(); ++i) {
      ++reached;
      const auto found = records_.find(reached);
      if (found == records_.end()) continue;
      const std::string text = found->second;  // valid during the call only
      const Header header{"h", text};
      Record record;
      record.offset = Offset::of(reached);
      record.value = text;
      record.headers = std::span(&header, 1);
      deliver({&record, 1});
    }
    done(Offset::of(reached));
  }

  std::map<std::int64_t, std::string> records_;
  std::optional<Errc> error_;
  std::deque<std::function<void()>> waiting_;
  int reads_ = 0;
};

TEST_F(NewestSearchTest, ReadsTheLastOffsetAlone) {
  records_ = {{7, "before"}, {8, "last"}};
  const Answer answer = search(-1, 8);
  EXPECT_EQ(answer.offset, 8);
  EXPECT_EQ(answer.value, "last");
  EXPECT_EQ(answer.header, "last");
  EXPECT_EQ(reads_, 1);
}

TEST_F(NewestSearchTest, GoesBackOverHoles) {
  records_ = {{2, "first"}, {3, "last"}};
  for (const std::int64_t until : {4, 9, 50, 400, 20'000}) {
    EXPECT_EQ(search(-1, until).offset, 3) << until;
  }
}

TEST_F(NewestSearchTest, TakesTheNewestOfAStretch) {
  records_ = {{10, "a"}, {11, "b"}, {15, "c"}};
  EXPECT_EQ(search(-1, 16).offset, 15);
}

TEST_F(NewestSearchTest, FindsNothingAboveTheFloor) {
  records_ = {{3, "gone"}};
  const Answer answer = search(3, 40);
  EXPECT_EQ(answer.offset, std::nullopt);
  EXPECT_FALSE(answer.error);
  EXPECT_EQ(search(3, 3).offset, std::nullopt);
}

TEST_F(NewestSearchTest, LeavesOutTheValue) {
  records_ = {{8, "last"}};
  const Answer answer = search(-1, 8, false);
  EXPECT_EQ(answer.value, "");
  EXPECT_EQ(answer.header, "last");
}

TEST_F(NewestSearchTest, PassesErrorsOn) {
  error_ = Errc::refused;
  EXPECT_EQ(search(-1, 8).error, make_error_code(Errc::refused));
}

}  // namespace
}  // namespace sidestream::kafka
