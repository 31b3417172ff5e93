#include "sidecar/stream/replay/tail_seeks.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

constexpr ClientId ann{1}, bob{2};

// A log of a thousand records, and the answers in their order.
class TailSeeksTest : public testing::Test {
 protected:
  TailSeeksTest() {
    for (int i = 0; i < 1000; ++i) broker_.append(0, std::to_string(i));
  }
  static std::shared_ptr<Topic> topic_on(Connector& broker) {
    TopicSettings settings;
    settings.filters.push_back({"key", {FieldName::Kind::key, {}}});
    return std::make_shared<Topic>(settings, test::borrowed(broker));
  }
  LogExtent extent() const {
    LogExtent extent;
    const auto first = broker_.first(0);
    extent.partitions.push_back(
        {Offset::of(first - 1), Offset::of(first), Offset::of(broker_.end(0) - 1)});
    return extent;
  }
  TailSeeks::Asker asker(ClientId client = ann) {
    return {waiting_, client, [this](const Result<Position>& result) {
              answers_.push_back(result ? result->at(0).number() : -2);
            }};
  }
  void ask(std::int64_t wanted, ClientId client = ann) {
    seeks_->ask({wanted, 0}, extent(), asker(client));
  }
  // Each time another filter, with the same condition.
  static FilterPtr for_key(const std::string& key) {
    return FilterPtr(new StreamFilter({{0, {key}}}));
  }
  void ask_for(const std::string& key, std::int64_t wanted) {
    seeks_->ask({wanted, 0, for_key(key)}, extent(), asker());
  }
  bool join(std::int64_t wanted) { return seeks_->join({wanted, 0}, asker()); }
  // The steps that the broker had to answer.
  int settle() {
    int steps = 0;
    while (broker_.answer_all()) ++steps;
    return steps;
  }

  using Answers = std::vector<std::int64_t>;
  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<Topic> topic_ = topic_on(broker_);
  std::shared_ptr<Replay> replay_ = std::make_shared<Replay>(topic_, "log", pool_);
  std::shared_ptr<TailSeeks> seeks_ = std::make_shared<TailSeeks>(topic_, "log", replay_, pool_);
  std::shared_ptr<const void> waiting_ = std::make_shared<char>();
  Answers answers_;
};

TEST_F(TailSeeksTest, SharesOneSeekAmongEqualQuestions) {
  ask(100);
  ask(100, bob);
  EXPECT_TRUE(join(100));
  EXPECT_FALSE(join(99));
  const auto before = broker_.reads();
  settle();
  EXPECT_EQ(answers_, Answers(3, 899));
  EXPECT_EQ(broker_.reads() - before, 7u) << "100 records in pages of 16";
  EXPECT_FALSE(join(100)) << "it has ended";
}

TEST_F(TailSeeksTest, KeepsTheAnswerWhileTheEndStands) {
  ask(100);
  settle();
  ask(100);
  EXPECT_EQ(answers_, Answers(2, 899)) << "at once";
  broker_.trim(0, 950);
  ask(100);
  EXPECT_EQ(answers_.back(), 949) << "nothing older is held";
  broker_.append(0, "new");
  ask(10);
  EXPECT_EQ(answers_.size(), 3u);
  settle();
  EXPECT_EQ(answers_.back(), 990);
}

TEST_F(TailSeeksTest, AnswersAtOnceWhenNothingHasToBeRead) {
  ask(0);
  broker_.trim(0, 1000);
  ask(5);
  EXPECT_EQ(answers_, (Answers{999, 999}));
  EXPECT_EQ(settle(), 0);
}

TEST_F(TailSeeksTest, CountsDeliverableRecordsOnly) {
  for (int i = 0; i < 500; ++i) {
    broker_.append(0, std::nullopt);
    broker_.append(0, "x");
  }
  for (int i = 0; i < 40; ++i) broker_.append(0, std::nullopt);
  for (const std::int64_t wanted : {1, 2, 17, 129, 400, 500}) ask(wanted);
  ask(600);
  settle();
  EXPECT_EQ(answers_, (Answers{1998, 1996, 1966, 1742, 1200, 1000, 899}));
}

TEST_F(TailSeeksTest, CountsMatchingRecordsOnly) {
  for (int i = 0; i < 900; ++i) broker_.append(0, "x", i % 30 == 0 ? "mine" : "other");
  for (const std::int64_t wanted : {1, 2, 10, 30}) ask_for("mine", wanted);
  settle();
  EXPECT_EQ(answers_, (Answers{1869, 1839, 1599, 999}));
}

TEST_F(TailSeeksTest, SharesOneSeekAmongEqualFilters) {
  for (int i = 0; i < 100; ++i) broker_.append(0, "x", i % 2 == 0 ? "a" : "b");
  ask_for("a", 10);
  ask_for("a", 10);
  EXPECT_TRUE(seeks_->join({10, 0, for_key("a")}, asker()));
  EXPECT_FALSE(seeks_->join({10, 0, for_key("b")}, asker()));
  EXPECT_FALSE(join(10));
  settle();
  EXPECT_EQ(answers_, Answers(3, 1079));
  ask_for("a", 10);
  EXPECT_EQ(answers_, Answers(4, 1079)) << "at once";
  ask_for("b", 10);
  EXPECT_EQ(answers_.size(), 4u);
  settle();
  EXPECT_EQ(answers_.back(), 1080);
}

TEST_F(TailSeeksTest, LooksBackOver100000RecordsForThoseThatMatch) {
  broker_.append(0, "x", "mine");
  broker_.append(0, "x", "mine");
  for (int i = 0; i < 99'999; ++i) broker_.append(0, "x", "other");
  ask_for("mine", 5);
  settle();
  EXPECT_EQ(answers_, Answers{1000}) << "the second one is the 100,000th";
}

TEST_F(TailSeeksTest, EndsAFilteredSeekWhenItsLastAskerHasLeft) {
  for (int i = 0; i < 5000; ++i) broker_.append(0, "x", "other");
  ask_for("mine", 5);
  broker_.answer_all();
  broker_.answer_all();
  waiting_.reset();
  EXPECT_LE(settle(), 1);
  EXPECT_TRUE(answers_.empty());
}

TEST_F(TailSeeksTest, GivesAllWhereFewerAreHeld) {
  broker_.trim(0, 400);
  ask(5000);
  settle();
  EXPECT_EQ(answers_, Answers{399});
}

TEST_F(TailSeeksTest, EndsASeekWhenItsLastAskerHasLeft) {
  ask(900);
  ask(900, bob);
  broker_.answer_all();
  broker_.answer_all();
  waiting_.reset();
  EXPECT_LE(settle(), 1);
  EXPECT_TRUE(answers_.empty());
  waiting_ = std::make_shared<char>();
  EXPECT_FALSE(join(900)) << "nothing is under way";
  ask(900);
  settle();
  EXPECT_EQ(answers_, Answers{99});
}

TEST_F(TailSeeksTest, GoesOnForAnAskerThatStays) {
  const auto stays = std::make_shared<char>();
  ask(900);
  auto other = asker();
  other.waiting = stays;
  ASSERT_TRUE(seeks_->join({900, 0}, std::move(other)));
  broker_.answer_all();
  waiting_.reset();
  settle();
  EXPECT_EQ(answers_, Answers{99});
}

TEST_F(TailSeeksTest, ReadsNothingForAskersThatLeftWhileTheyWaited) {
  const auto stays = std::exchange(waiting_, std::make_shared<char>());
  for (std::int64_t wanted = 1; wanted <= 500; ++wanted) ask(wanted);
  waiting_ = stays;
  ask(600);
  broker_.answer_all();
  EXPECT_EQ(broker_.reads(), 0u);
  for (std::int64_t wanted = 1; wanted <= 500; ++wanted) EXPECT_FALSE(join(wanted));
  settle();
  EXPECT_EQ(answers_, Answers{399});
}

TEST_F(TailSeeksTest, RunsOneSeekOfALogAtATime) {
  for (std::int64_t wanted = 1; wanted <= 500; ++wanted) ask(wanted);
  for (int steps = 0; broker_.answer_all(); ++steps) {
    ASSERT_LE(broker_.reads(), static_cast<std::uint64_t>(steps) + 1);
  }
  EXPECT_EQ(answers_.size(), 500u);
}

TEST_F(TailSeeksTest, LetsClientsTakeTurns) {
  for (std::int64_t wanted = 1; wanted <= 500; ++wanted) ask(wanted);
  ask(700, bob);
  while (answers_.size() < 3) ASSERT_TRUE(broker_.answer_all());
  EXPECT_EQ(answers_, (Answers{998, 997, 299}));
}

TEST_F(TailSeeksTest, DoesNotMixGenerations) {
  ask(100);
  EXPECT_FALSE(seeks_->join({100, 1}, asker()));
  seeks_->ask({100, 1}, extent(), asker());
  settle();
  EXPECT_EQ(answers_, Answers(2, 899));
}

TEST_F(TailSeeksTest, AnswersEveryoneWithTheError) {
  ask(100);
  ask(100);
  broker_.refuse(Errc::refused);
  settle();
  EXPECT_EQ(answers_, Answers(2, -2));
}

TEST_F(TailSeeksTest, AnswersAllAsStoppedWhenItIsClosed) {
  ask(100);
  ask(200);
  seeks_->close();
  EXPECT_EQ(answers_, Answers(2, -2));
  ask(300);
  EXPECT_EQ(answers_, Answers(3, -2));
  EXPECT_LE(settle(), 1);
}

}  // namespace
}  // namespace sidestream
