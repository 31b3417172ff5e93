#include "sidecar/stream/replay/range_scheduler.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "scripted_connector.hpp"
#include "sidecar/stream/topic/topic.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

// Records which partitions were read, in order.
class RecordingReader final : public RangeScheduler::Reader {
 public:
  void read_range(Partition partition) override { read.push_back(partition); }
  std::vector<Partition> read;
};

class RangeSchedulerTest : public testing::Test {
 protected:
  void enqueue(const Connector& broker, int from, int to) { enqueue(broker, orders_, from, to); }
  void enqueue(const Connector& broker, const Topic& topic, int from, int to) {
    for (int p = from; p < to; ++p) scheduler_.enqueue(broker, topic, reader_, p);
  }

  RangeScheduler scheduler_{2};
  ScriptedConnector broker_{1};
  ScriptedConnector other_{1};
  Topic orders_{TopicSettings{}, test::borrowed(broker_)};
  Topic prices_{TopicSettings{}, test::borrowed(broker_)};
  std::shared_ptr<RecordingReader> reader_ = std::make_shared<RecordingReader>();
};

TEST_F(RangeSchedulerTest, LimitsTheReadsInFlightPerBroker) {
  enqueue(broker_, 0, 5);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1}));
}

TEST_F(RangeSchedulerTest, StartsTheLongestWaitingReadWhenOneHasEnded) {
  enqueue(broker_, 0, 4);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2}));
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 3}));
  scheduler_.finished(broker_);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read.size(), 4u);
}

TEST_F(RangeSchedulerTest, LetsTopicsTakeTurns) {
  enqueue(broker_, orders_, 0, 6);
  enqueue(broker_, prices_, 10, 12);
  for (int i = 0; i < 6; ++i) scheduler_.finished(broker_);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 2, 10, 3, 11, 4, 5}));
}

TEST_F(RangeSchedulerTest, DoesNotDelayOtherBrokers) {
  enqueue(broker_, 0, 5);
  enqueue(other_, 10, 11);
  EXPECT_EQ(reader_->read, (std::vector<Partition>{0, 1, 10}));
}

TEST_F(RangeSchedulerTest, ReleasesReadersThatDoNotWait) {
  enqueue(broker_, 0, 3);
  EXPECT_EQ(reader_.use_count(), 2);
  scheduler_.finished(broker_);
  EXPECT_EQ(reader_.use_count(), 1);
}

// A broker that answers at once ends its read within read_range().
class ImmediateReader final : public RangeScheduler::Reader {
 public:
  ImmediateReader(RangeScheduler& scheduler, const Connector& broker)
      : scheduler_(scheduler), broker_(broker) {}
  void read_range(Partition) override {
    ++reads;
    scheduler_.finished(broker_);
  }
  int reads = 0;

 private:
  RangeScheduler& scheduler_;
  const Connector& broker_;
};

TEST_F(RangeSchedulerTest, AcceptsReadsThatEndAtOnce) {
  const auto reader = std::make_shared<ImmediateReader>(scheduler_, broker_);
  for (int i = 0; i < 10; ++i) scheduler_.enqueue(broker_, orders_, reader, 0);
  EXPECT_EQ(reader->reads, 10);
}

}  // namespace
}  // namespace sidestream
