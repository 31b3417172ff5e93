#include "sidecar/stream/replay/broker_turns.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "scripted_connector.hpp"
#include "sidecar/stream/topic/topic.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

constexpr ClientId ann{1}, bob{2};

// Records which partitions were read, in order, and reads none of `busy`.
class RecordingReader final : public BrokerTurns::Worker {
 public:
  bool take_turn(Partition partition, ClientId) override {
    if (partition == busy) return false;
    read.push_back(partition);
    return true;
  }
  std::vector<Partition> read;
  Partition busy = -1;
};

class BrokerTurnsTest : public testing::Test {
 protected:
  void enqueue(const Connector& broker, int from, int to) { enqueue(broker, orders_, from, to); }
  void enqueue(const Connector& broker, const Topic& topic, int from, int to) {
    enqueue(broker, topic, ann, from, to);
  }
  void enqueue(const Connector& broker, const Topic& topic, ClientId client, int from, int to) {
    for (int p = from; p < to; ++p) turns_.enqueue(broker, topic, client, reader_, p);
  }

  BrokerTurns turns_{2};
  ScriptedConnector broker_{1};
  ScriptedConnector other_{1};
  Topic orders_{TopicSettings{}, test::borrowed(broker_)};
  Topic prices_{TopicSettings{}, test::borrowed(broker_)};
  std::shared_ptr<RecordingReader> reader_ = std::make_shared<RecordingReader>();
};

TEST_F(BrokerTurnsTest, LimitsTheReadsInFlightPerBroker) {
  enqueue(broker_, 0, 5);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1}));
}

TEST_F(BrokerTurnsTest, StartsTheLongestWaitingReadWhenOneHasEnded) {
  enqueue(broker_, 0, 4);
  turns_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2}));
  turns_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 3}));
  turns_.finished(broker_);
  turns_.finished(broker_);
  EXPECT_EQ(reader_->read.size(), 4u);
}

TEST_F(BrokerTurnsTest, LetsTopicsTakeTurns) {
  enqueue(broker_, orders_, 0, 6);
  enqueue(broker_, prices_, 10, 12);
  for (int i = 0; i < 6; ++i) turns_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 10, 3, 11, 4, 5}));
}

TEST_F(BrokerTurnsTest, LetsClientsTakeTurnsBeforeTopics) {
  enqueue(broker_, orders_, ann, 0, 6);
  enqueue(broker_, prices_, ann, 10, 12);
  enqueue(broker_, orders_, bob, 20, 23);
  for (int i = 0; i < 9; ++i) turns_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 20, 10, 21, 3, 22, 11, 4, 5}));
}

TEST_F(BrokerTurnsTest, GivesATurnThatIsNotUsedToTheNext) {
  reader_->busy = 1;
  enqueue(broker_, 0, 5);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 2}));
  turns_.finished(broker_);
  turns_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 2, 3, 4}));
}

TEST_F(BrokerTurnsTest, DoesNotDelayOtherBrokers) {
  enqueue(broker_, 0, 5);
  enqueue(other_, 10, 11);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 10}));
}

TEST_F(BrokerTurnsTest, ReleasesReadersThatDoNotWait) {
  enqueue(broker_, 0, 3);
  EXPECT_EQ(reader_.use_count(), 2);
  turns_.finished(broker_);
  EXPECT_EQ(reader_.use_count(), 1);
}

// A broker that answers at once ends its read within take_turn().
class ImmediateReader final : public BrokerTurns::Worker {
 public:
  ImmediateReader(BrokerTurns& turns, const Connector& broker) : turns_(turns), broker_(broker) {}
  bool take_turn(Partition, ClientId) override {
    ++reads;
    turns_.finished(broker_);
    return true;
  }
  int reads = 0;

 private:
  BrokerTurns& turns_;
  const Connector& broker_;
};

TEST_F(BrokerTurnsTest, AcceptsReadsThatEndAtOnce) {
  const auto reader = std::make_shared<ImmediateReader>(turns_, broker_);
  for (int i = 0; i < 10; ++i) turns_.enqueue(broker_, orders_, ann, reader, 0);
  EXPECT_EQ(reader->reads, 10);
}

}  // namespace
}  // namespace sidestream
