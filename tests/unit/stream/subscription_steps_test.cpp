// What a subscription asks of its driver, step by step.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

// A subscription without a driver: the test carries out its actions.
class SubscriptionStepsTest : public SubscriptionTest {
 protected:
  void subscribe(std::vector<Side*> sides, SubscriptionOptions options = {}) {
    std::vector<const LoopView*> views;
    for (Side* s : sides) {
      views_.push_back(std::make_unique<LoopView>(*s->log));
      views_.back()->refresh();
      views.push_back(views_.back().get());
    }
    subscription_ = std::make_unique<Subscription>(options, views);
  }
  // The view that a loop has once the log is open.
  void open(Side& s) {
    const auto waiting = std::make_shared<char>();
    s.log->start(from(StartRequest::Kind::live), {[](StartPlan) {}, waiting});
    s.broker.answer_all();
  }
  static StartPlan plan_after(std::int64_t offset) {
    StartPlan plan;
    plan.start = StartKind::resume;
    plan.position = {Offset::of(offset)};
    plan.opening = plan.position;
    return plan;
  }
  static PagePtr page(std::int64_t after, std::int64_t reached) {
    EncodedBatch batch;
    for (std::int64_t i = after + 1; i <= reached; ++i) {
      batch.out() = batch.out() + "data: " + std::to_string(i) + "\n";
      batch.add(FrameKind::record, 0, Offset::of(i), 0);
    }
    auto page = std::make_shared<Page>();
    page->after = Offset::of(after);
    page->reached = Offset::of(reached);
    page->frames = build_frames(batch, OffsetFormat::integer, true);
    return page;
  }
  Output step() { return subscription_->step(own_); }
  // Steps over blocks, which it returns.
  std::string take_blocks() {
    std::string all;
    Output out = step();
    for (; out.action == Action::send_own; out = step()) {
      all += out.blocks;
      subscription_->sent_own();
    }
    last_ = out;
    return all;
  }

  std::vector<std::unique_ptr<LoopView>> views_;
  std::unique_ptr<Subscription> subscription_;
  OwnBlocks own_;
  Output last_;  // the first action after the blocks
};

TEST_F(SubscriptionStepsTest, WaitsUntilAllPlansAreKnown) {
  Side& a = side("a");
  Side& b = side("b");
  open(a);
  open(b);
  SubscriptionOptions options;
  options.composite = true;
  subscribe({&a, &b}, options);
  EXPECT_EQ(step().action, Action::wait);
  subscription_->take_plan(1, plan_after(-1));
  EXPECT_EQ(step().action, Action::wait);
  subscription_->take_plan(0, plan_after(-1));
  EXPECT_EQ(step().action, Action::send_own);
}

TEST_F(SubscriptionStepsTest, FetchesThePageThatFollowsTheStart) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  take_blocks();
  ASSERT_EQ(last_.action, Action::fetch);
  const PageRequest request = subscription_->begin_fetch(last_.part);
  EXPECT_EQ(request.partition, 0);
  EXPECT_EQ(request.after, Offset::of(9));
  EXPECT_EQ(request.until, Offset::of(99));
  EXPECT_EQ(step().action, Action::wait) << "the page is requested once";
  EXPECT_EQ(s.broker.reads(), 0u) << "the subscription requests nothing itself";
}

TEST_F(SubscriptionStepsTest, FetchesTheNextPageWhenOneIsRead) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  take_blocks();
  subscription_->begin_fetch(last_.part);
  subscription_->take_page(0, page(9, 11));
  EXPECT_EQ(take_blocks(), "data: 10\nid: 10\n\ndata: 11\nid: 11\n\n");
  ASSERT_EQ(last_.action, Action::fetch);
  EXPECT_EQ(subscription_->begin_fetch(last_.part).after, Offset::of(11));
}

TEST_F(SubscriptionStepsTest, FetchesAgainWhenThePageWasReleased) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  take_blocks();
  subscription_->begin_fetch(last_.part);
  subscription_->take_page(0, page(9, 11));
  subscription_->blocked();
  const Output out = step();
  ASSERT_EQ(out.action, Action::fetch);
  EXPECT_EQ(subscription_->begin_fetch(out.part).after, Offset::of(9));
}

TEST_F(SubscriptionStepsTest, RestartsFromItsPositionWhenTheBrokerHasNoPage) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  take_blocks();
  subscription_->begin_fetch(last_.part);
  subscription_->take_page(0, make_error_code(Errc::gone));
  const Output out = step();
  ASSERT_EQ(out.action, Action::start);
  const StartRequest request = subscription_->begin_restart(out.part);
  EXPECT_EQ(request.kind, StartRequest::Kind::position);
  EXPECT_EQ(request.position, Position{Offset::of(9)});
  EXPECT_EQ(step().action, Action::wait);
}

// One part waits for a page; the other one delivers meanwhile.
TEST_F(SubscriptionStepsTest, DeliversOtherPartsWhileOneWaitsForItsPage) {
  Side& a = side("a");
  Side& b = side("b");
  append(a, 0, 100);
  append(b, 0, 1);
  open(a);
  open(b);
  append(b, 1, 2);
  b.broker.deliver_all();
  SubscriptionOptions options;
  options.composite = true;
  subscribe({&a, &b}, options);
  subscription_->take_plan(0, plan_after(9));
  subscription_->take_plan(1, plan_after(0));
  take_blocks();
  ASSERT_EQ(last_.action, Action::fetch);
  EXPECT_EQ(last_.part, 0u);
  subscription_->begin_fetch(0);
  EXPECT_EQ(take_blocks(), "data: 1\nid: a~9~~b~1\n\n");
  EXPECT_EQ(last_.action, Action::wait);
}

TEST_F(SubscriptionStepsTest, RequestsNothingOnceItEnds) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  subscription_->end("drain", 1000);
  take_blocks();
  EXPECT_EQ(last_.action, Action::finish);
}

#ifndef NDEBUG
using SubscriptionStepsDeathTest = SubscriptionStepsTest;

TEST_F(SubscriptionStepsDeathTest, AssertsThatAnActionIsReportedBeforeTheNextStep) {
  Side& s = side("orders");
  append(s, 0, 100);
  open(s);
  subscribe({&s});
  subscription_->take_plan(0, plan_after(9));
  step();
  EXPECT_DEATH(step(), "offered_") << "sent_own() is missing";
  subscription_->sent_own();
  take_blocks();
  ASSERT_EQ(last_.action, Action::fetch);
  EXPECT_DEATH(step(), "offered_") << "begin_fetch() is missing";
  EXPECT_DEATH(subscription_->take_page(0, page(9, 11)), "offered_");
  EXPECT_DEATH(subscription_->begin_restart(0), "offered_");
  subscription_->begin_fetch(0);
  EXPECT_DEATH(subscription_->begin_fetch(0), "offered_") << "once";
  EXPECT_DEATH(subscription_->sent_own(), "offered_");
}
#endif

}  // namespace
}  // namespace sidestream
