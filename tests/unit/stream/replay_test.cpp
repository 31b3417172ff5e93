#include "sidecar/stream/replay/replay.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    for (int i = 0; i < 100; ++i) broker_.append(0, std::to_string(i));
  }
  PageCallback note() {
    return [this](Result<PagePtr> page) { answers_.push_back(std::move(page)); };
  }
  PagePtr want(std::int64_t after, std::int64_t until = 99, ClientId client = no_client) {
    return replay_->want(0, Offset::of(after), Offset::of(until), note(), client);
  }

  static std::shared_ptr<Topic> topic_on(Connector& broker) {
    return std::make_shared<Topic>(TopicSettings(), test::borrowed(broker));
  }

  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<Topic> topic_ = topic_on(broker_);
  std::shared_ptr<Replay> replay_ = std::make_shared<Replay>(topic_, "log", pool_);
  std::vector<Result<PagePtr>> answers_;
};

TEST_F(ReplayTest, ReadsARangeOnceForManyReaders) {
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(want(-1 + i % 10));
  while (broker_.answer_all()) {
  }
  EXPECT_EQ(answers_.size(), 1000u);
  EXPECT_EQ(broker_.reads(), 1u);
}

TEST_F(ReplayTest, LetsClientsTakeTurnsInAPartition) {
  constexpr ClientId ann{1}, bob{2};
  std::vector<char> answered;
  const auto ask = [&](std::int64_t after, ClientId client, char name) {
    const auto note = [&answered, name](const Result<PagePtr>&) { answered.push_back(name); };
    replay_->want(0, Offset::of(after), Offset::of(after + 1), note, client);
  };
  for (std::int64_t after = 80; after > 0; after -= 10) ask(after, ann, 'a');
  for (const std::int64_t after : {95, 85}) ask(after, bob, 'b');
  for (int i = 0; i < 5; ++i) broker_.answer_all();
  EXPECT_EQ(std::string(answered.begin(), answered.end()), "aabab");
  while (broker_.answer_all()) continue;
  EXPECT_EQ(answered.size(), 10u);
}

TEST_F(ReplayTest, AnswersFromACachedPage) {
  want(-1);
  broker_.answer_all();
  const PagePtr page = want(7);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, Offset::of(-1));
  EXPECT_EQ(page->reached, Offset::of(15));
  EXPECT_EQ(broker_.reads(), 1u);
}

TEST_F(ReplayTest, DoesNotReadIntoACachedPage) {
  want(9);
  broker_.answer_all();
  want(4);
  broker_.answer_all();
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_EQ((*answers_[1])->reached, Offset::of(9));
}

TEST_F(ReplayTest, ReportsRecordsThatAreGone) {
  want(3);
  broker_.trim(0, 50);
  broker_.answer_all();
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].error(), make_error_code(Errc::gone));
}

TEST_F(ReplayTest, PutsAGapInThePlaceOfUnreadableRecords) {
  broker_.damage(5);
  want(4, 9);
  broker_.answer_all();
  ASSERT_EQ(answers_.size(), 1u);
  const PagePtr page = answers_[0].value();
  EXPECT_EQ(page->reached, Offset::of(5));
  ASSERT_EQ(page->frames->frames(), 1u);
  const Frame& frame = page->frames->frame(0);
  EXPECT_EQ(frame.kind, FrameKind::loss_at_most);
  EXPECT_EQ(frame.offset, Offset::of(5));
  EXPECT_NE(page->frames->body(frame).find("stream-gap"), std::string_view::npos);
  EXPECT_EQ(topic_->probe.gap_records.value(), 1u);
  EXPECT_FALSE(want(5, 9)) << "the records after it are read next";
}

TEST_F(ReplayTest, DropsAPageOfAnOlderGeneration) {
  want(-1);
  replay_->forget();
  broker_.answer_all();
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].has_error());
}

TEST_F(ReplayTest, DoesNotWaitForAnotherBroker) {
  std::vector<std::shared_ptr<Replay>> stuck;
  for (int i = 0; i < 10; ++i) {
    stuck.push_back(std::make_shared<Replay>(topic_, "log" + std::to_string(i), pool_));
    stuck.back()->want(0, Offset::of(-1), Offset::of(99), note());
  }
  ScriptedConnector other(1);
  for (int i = 0; i < 100; ++i) other.append(0, "x");
  auto replay = std::make_shared<Replay>(topic_on(other), "log", pool_);
  replay->want(0, Offset::of(-1), Offset::of(99), note());
  other.answer_all();
  EXPECT_EQ(answers_.size(), 1u);
  while (broker_.answer_all()) {
  }
  EXPECT_EQ(answers_.size(), 11u);
}

TEST_F(ReplayTest, StaysWithinTheBudget) {
  Memory small(32 * 1024);
  ReplayPool pool(small);
  auto replay = std::make_shared<Replay>(topic_, "log", pool);
  for (int after = -1; after < 90; after += 16) {
    replay->want(0, Offset::of(after), Offset::of(99), [](const Result<PagePtr>&) {});
    broker_.answer_all();
    EXPECT_LE(pool.bytes(), small.replay_budget());
  }
}

}  // namespace
}  // namespace sidestream
