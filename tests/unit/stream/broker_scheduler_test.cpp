#include "sidecar/stream/replay/broker_scheduler.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "scripted_connector.hpp"
#include "sidecar/stream/topic/topic.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

constexpr ClientId ann{1}, bob{2};

// Records which partitions were read, in order, and reads none of `busy`.
class RecordingReader final : public BrokerScheduler::Worker {
 public:
  bool start_next(Partition partition, ClientId) override {
    if (partition == busy) return false;
    read.push_back(partition);
    return true;
  }
  std::vector<Partition> read;
  Partition busy = -1;
};

class BrokerSchedulerTest : public testing::Test {
 protected:
  void enqueue(const Connector& broker, int from, int to) { enqueue(broker, orders_, from, to); }
  void enqueue(const Connector& broker, const Topic& topic, int from, int to) {
    enqueue(broker, topic, ann, from, to);
  }
  void enqueue(const Connector& broker, const Topic& topic, ClientId client, int from, int to) {
    for (int p = from; p < to; ++p) scheduler_.enqueue(broker, topic, client, reader_, p);
  }

  BrokerScheduler scheduler_{2};
  ScriptedConnector broker_{1};
  ScriptedConnector other_{1};
  Topic orders_{TopicSettings{}, test::borrowed(broker_)};
  Topic prices_{TopicSettings{}, test::borrowed(broker_)};
  std::shared_ptr<RecordingReader> reader_ = std::make_shared<RecordingReader>();
};

TEST_F(BrokerSchedulerTest, LimitsTheReadsInFlightPerBroker) {
  enqueue(broker_, 0, 5);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1}));
}

TEST_F(BrokerSchedulerTest, StartsTheLongestWaitingReadWhenOneHasEnded) {
  enqueue(broker_, 0, 4);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2}));
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 3}));
  scheduler_.finished(broker_);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read.size(), 4u);
}

TEST_F(BrokerSchedulerTest, LetsTopicsTakeTurns) {
  enqueue(broker_, orders_, 0, 6);
  enqueue(broker_, prices_, 10, 12);
  for (int i = 0; i < 6; ++i) scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 10, 3, 11, 4, 5}));
}

TEST_F(BrokerSchedulerTest, LetsClientsTakeTurnsBeforeTopics) {
  enqueue(broker_, orders_, ann, 0, 6);
  enqueue(broker_, prices_, ann, 10, 12);
  enqueue(broker_, orders_, bob, 20, 23);
  for (int i = 0; i < 9; ++i) scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 20, 10, 21, 3, 22, 11, 4, 5}));
}

TEST_F(BrokerSchedulerTest, GivesATurnThatIsNotUsedToTheNext) {
  reader_->busy = 1;
  enqueue(broker_, 0, 5);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 2}));
  scheduler_.finished(broker_);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 2, 3, 4}));
}

TEST_F(BrokerSchedulerTest, DoesNotDelayOtherBrokers) {
  enqueue(broker_, 0, 5);
  enqueue(other_, 10, 11);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 10}));
}

TEST_F(BrokerSchedulerTest, ReleasesReadersThatDoNotWait) {
  enqueue(broker_, 0, 3);
  EXPECT_EQ(reader_.use_count(), 2);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_.use_count(), 1);
}

// A broker that answers at once ends its read within start_next().
class ImmediateReader final : public BrokerScheduler::Worker {
 public:
  ImmediateReader(BrokerScheduler& scheduler, const Connector& broker)
      : scheduler_(scheduler), broker_(broker) {}
  bool start_next(Partition, ClientId) override {
    ++reads;
    scheduler_.finished(broker_);
    return true;
  }
  int reads = 0;

 private:
  BrokerScheduler& scheduler_;
  const Connector& broker_;
};

TEST_F(BrokerSchedulerTest, AcceptsReadsThatEndAtOnce) {
  const auto reader = std::make_shared<ImmediateReader>(scheduler_, broker_);
  for (int i = 0; i < 10; ++i) scheduler_.enqueue(broker_, orders_, ann, reader, 0);
  EXPECT_EQ(reader->reads, 10);
}

}  // namespace
}  // namespace sidestream
