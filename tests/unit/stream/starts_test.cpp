#include "sidecar/stream/start/starts.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "sidecar/stream/open_log.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

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
    const auto take = [this](StartPlan plan) { plans_.push_back(std::move(plan)); };
    log_->start(std::move(request), {take, waiting_});
  }
  void start(StartRequest::Kind kind) {
    StartRequest request;
    request.kind = kind;
    request.tail = 3;
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
  std::shared_ptr<const void> waiting_ = std::make_shared<char>();
  std::vector<StartPlan> plans_;
  const std::chrono::steady_clock::time_point t0_{std::chrono::hours(1)};
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
  log_->retry_starts(t0_);
  EXPECT_FALSE(broker_.answer_all()) << "nothing was pending";
  broker_.recreate(false);
  start(StartRequest::Kind::live);
  broker_.answer_all();
  log_->retry_starts(t0_);
  EXPECT_TRUE(broker_.answer_all());
  EXPECT_EQ(plans_.size(), 1u) << "the tail has not seen it yet";
}

TEST_F(StartsTest, RetriesEveryKindOfStartAfterARefusal) {
  using Kind = StartRequest::Kind;
  for (const Kind kind : {Kind::live, Kind::earliest, Kind::since, Kind::tail}) start(kind);
  resume("3");
  broker_.refuse(Errc::refused);
  log_->retry_starts(t0_);
  while (broker_.answer_all()) continue;
  EXPECT_EQ(plans_.size(), 0u);
  log_->retry_starts(t0_ + 400ms);
  EXPECT_FALSE(broker_.answer_all()) << "too early";
  log_->retry_starts(t0_ + 1s);
  EXPECT_TRUE(broker_.answer_all()) << "still refused";
  broker_.accept();
  log_->retry_starts(t0_ + 3s);
  while (broker_.answer_all()) continue;
  EXPECT_EQ(plans_.size(), 5u);
}

TEST_F(StartsTest, RetriesASearchThatFailed) {
  for (const auto kind : {StartRequest::Kind::since, StartRequest::Kind::tail}) {
    plans_.clear();
    log_->retry_starts(t0_);
    start(kind);
    broker_.answer_all();  // the extent
    broker_.refuse(Errc::gone);
    while (broker_.answer_all()) continue;
    broker_.accept();
    EXPECT_EQ(plans_.size(), 0u);
    log_->retry_starts(t0_ + 400ms);
    EXPECT_FALSE(broker_.answer_all()) << "too early";
    log_->retry_starts(t0_ + 1s);
    while (broker_.answer_all()) continue;
    ASSERT_EQ(plans_.size(), 1u);
    EXPECT_EQ(plans_[0].outcome, StartOutcome::found);
  }
}

TEST_F(StartsTest, BacksOffUpToTenSecondsWhileTheBrokerRefuses) {
  broker_.refuse(Errc::refused);
  start(StartRequest::Kind::live);
  int queries = 0;
  for (int second = 0; second < 100; ++second) {
    log_->retry_starts(t0_ + std::chrono::seconds(second));
    queries += broker_.answer_all() ? 1 : 0;
  }
  EXPECT_GE(queries, 11);
  EXPECT_LE(queries, 25);
}

TEST_F(StartsTest, QueriesForANewRequestWithinASecondWhileTheBrokerRefuses) {
  broker_.refuse(Errc::refused);
  start(StartRequest::Kind::live);
  auto now = t0_;
  for (int i = 0; i < 60; ++i) {
    log_->retry_starts(now += 1s);
    broker_.answer_all();
  }
  broker_.accept();
  start(StartRequest::Kind::live);
  log_->retry_starts(now + 1s);
  broker_.answer_all();
  EXPECT_EQ(plans_.size(), 2u);
}

// Its end is unknown: the tail would read it from the beginning.
TEST_F(StartsTest, OpensALogOnceAllItsPartitionsHaveLeaders) {
  broker_.grow();
  for (int i = 0; i < 5; ++i) broker_.append(1, "v");
  broker_.lose_leader(1);
  start(StartRequest::Kind::live);
  start(StartRequest::Kind::earliest);
  log_->retry_starts(t0_);
  while (broker_.answer_all()) continue;
  EXPECT_TRUE(plans_.empty());
  EXPECT_FALSE(log_->topic_log().is_open());
  broker_.elect_leader();
  log_->retry_starts(t0_ + 3s);
  while (broker_.answer_all()) continue;
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[0].position, (Position{Offset::of(9), Offset::of(4)}));
  EXPECT_EQ(plans_[1].position, (Position{Offset::of(-1), Offset::of(-1)}));
}

TEST_F(StartsTest, StartsAtTheHeadOfAnOpenLogWhilePartitionsHaveNoLeaders) {
  broker_.grow();
  for (int i = 0; i < 5; ++i) broker_.append(1, "v");
  start(StartRequest::Kind::live);
  broker_.answer_all();
  plans_.clear();
  broker_.lose_leader(1);
  start(StartRequest::Kind::live);
  broker_.answer_all();
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(plans_[0].position, (Position{Offset::of(9), Offset::of(4)}));
  start(StartRequest::Kind::tail);
  while (broker_.answer_all()) continue;
  EXPECT_EQ(plans_.size(), 1u) << "there is no end to search back from";
  broker_.elect_leader();
  log_->retry_starts(t0_);
  while (broker_.answer_all()) continue;
  EXPECT_EQ(plans_.size(), 2u);
}

TEST_F(StartsTest, StopsRetryingWhenNobodyWaits) {
  broker_.refuse(Errc::refused);
  start(StartRequest::Kind::live);
  broker_.answer_all();
  waiting_.reset();
  log_->retry_starts(t0_);
  EXPECT_FALSE(broker_.answer_all());
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
