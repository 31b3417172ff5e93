#include "sidecar/stream/replay/range_scheduler.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "scripted_connector.hpp"

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
  void enqueue(const Connector& broker, int from, int to) {
    for (int p = from; p < to; ++p) scheduler_.enqueue(broker, reader_, p);
  }

  RangeScheduler scheduler_{2};
  ScriptedConnector broker_{1};
  ScriptedConnector other_{1};
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
  for (int i = 0; i < 10; ++i) scheduler_.enqueue(broker_, reader, 0);
  EXPECT_EQ(reader->reads, 10);
}

}  // namespace
}  // namespace sidestream
