#include "sidecar/stream/start/starts.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "sidecar/stream/open_log.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

// An open log over a broker with ten records, and the plans in the order of their answers.
class StartsTest : public testing::Test {
 protected:
  StartsTest() {
    for (int i = 0; i < 10; ++i) broker_.append(0, std::to_string(i));
  }
  static std::shared_ptr<Topic> topic_on(Connector& broker) {
    TopicSettings settings;
    settings.name = "orders";
    return std::make_shared<Topic>(settings, test::borrowed(broker));
  }
  void start(StartRequest request) {
    log_->start(std::move(request), [this](StartPlan plan) { plans_.push_back(std::move(plan)); });
  }
  void start(StartRequest::Kind kind) {
    StartRequest request;
    request.kind = kind;
    start(std::move(request));
  }
  void resume(std::string id) {
    StartRequest request;
    request.kind = StartRequest::Kind::resume;
    request.id = std::move(id);
    start(std::move(request));
  }

  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<OpenLog> log_ =
      std::make_shared<OpenLog>(topic_on(broker_), "orders", pool_, Logger());
  std::vector<StartPlan> plans_;
};

TEST_F(StartsTest, CoalescesRequestsWhileAQueryIsInFlight) {
  for (int i = 0; i < 100; ++i) start(StartRequest::Kind::live);
  broker_.answer_all();  // the first request alone
  EXPECT_EQ(plans_.size(), 1u);
  broker_.answer_all();  // all others
  EXPECT_EQ(plans_.size(), 100u);
  EXPECT_FALSE(broker_.answer_all());
  for (const StartPlan& plan : plans_) {
    EXPECT_EQ(plan.outcome, StartOutcome::found);
    EXPECT_EQ(plan.position, Position{Offset::of(9)});
  }
}

TEST_F(StartsTest, ResumesFromMemoryWithoutAQuery) {
  start(StartRequest::Kind::live);
  broker_.answer_all();
  broker_.append(0, "10");
  broker_.deliver_all();
  resume("10");
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[1].start, StartKind::resume);
  EXPECT_EQ(plans_[1].position, Position{Offset::of(10)});
  EXPECT_FALSE(broker_.answer_all());
}

TEST_F(StartsTest, QueriesForAnIdOlderThanTheTopicLog) {
  start(StartRequest::Kind::live);
  broker_.answer_all();
  resume("3");
  EXPECT_EQ(plans_.size(), 1u);
  broker_.answer_all();
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[1].position, Position{Offset::of(3)});
}

TEST_F(StartsTest, ResetsAnIdThatCannotBeRead) {
  resume("nonsense");
  broker_.answer_all();
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(plans_[0].reset, ResetReason::garbage);
  EXPECT_EQ(plans_[0].start, StartKind::reset);
}

TEST_F(StartsTest, WaitsForTheTailWhenTheBrokerHoldsAnotherLog) {
  start(StartRequest::Kind::live);
  broker_.answer_all();
  broker_.recreate(false);
  start(StartRequest::Kind::live);
  broker_.answer_all();
  EXPECT_EQ(plans_.size(), 1u);
  broker_.tell_recreated();  // queries again
  broker_.answer_all();
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[1].generation, 1u);
  EXPECT_EQ(plans_[1].position, Position{Offset::of(-1)});
}

TEST_F(StartsTest, RetriesWhatWaitsForTheTail) {
  start(StartRequest::Kind::live);
  broker_.answer_all();
  log_->retry_starts();
  EXPECT_FALSE(broker_.answer_all()) << "nothing was pending";
  broker_.recreate(false);
  start(StartRequest::Kind::live);
  broker_.answer_all();
  log_->retry_starts();
  EXPECT_TRUE(broker_.answer_all());
  EXPECT_EQ(plans_.size(), 1u) << "the tail has not seen it yet";
}

TEST_F(StartsTest, RefusesAPositionOfAnOlderGeneration) {
  start(StartRequest::Kind::live);
  broker_.answer_all();
  broker_.recreate();
  StartRequest request;
  request.kind = StartRequest::Kind::position;
  request.position = {Offset::of(5)};
  request.generation = 0;
  start(std::move(request));
  broker_.answer_all();
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[1].outcome, StartOutcome::outdated);
}

TEST_F(StartsTest, AnswersPendingAndLaterRequestsAsStoppedAfterClose) {
  start(StartRequest::Kind::live);
  start(StartRequest::Kind::live);  // pending
  log_->close();
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(plans_[0].outcome, StartOutcome::stopped);
  start(StartRequest::Kind::live);
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[1].outcome, StartOutcome::stopped);
  broker_.answer_all();  // the query that was in flight
  EXPECT_EQ(plans_.size(), 3u);
  EXPECT_FALSE(log_->topic_log().is_open());
}

TEST_F(StartsTest, KeepsTheLogWhileAQueryIsInFlight) {
  start(StartRequest::Kind::live);
  log_.reset();
  broker_.answer_all();
  EXPECT_EQ(plans_.size(), 1u);
}

}  // namespace
}  // namespace sidestream
