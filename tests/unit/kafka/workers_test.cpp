#include "connectors/kafka/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <vector>

namespace sidestream::kafka {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(KafkaWorkers, RunsASubmittedJob) {
  Workers workers;
  std::promise<void> ran;
  workers.submit([&] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(KafkaWorkers, RunsJobsWhileOthersBlock) {
  Workers workers;
  std::promise<void> released;
  auto gate = released.get_future().share();
  constexpr int blocked = 8;
  for (int i = 0; i < blocked; ++i) workers.submit([gate] { gate.wait(); });
  std::promise<void> ran;
  workers.submit([&] { ran.set_value(); });
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  released.set_value();
}

TEST(KafkaWorkers, RunsMoreJobsThanThreads) {
  Workers workers;
  std::latch all(500);
  for (int i = 0; i < 500; ++i) workers.submit([&] { all.count_down(); });
  all.wait();
}

TEST(KafkaWorkers, RunsADelayedJobAfterItsDelay) {
  Workers workers;
  std::promise<Workers::Clock::time_point> ran;
  const auto submitted = Workers::Clock::now();
  workers.submit([&] { ran.set_value(Workers::Clock::now()); }, milliseconds(30));
  EXPECT_GE(ran.get_future().get() - submitted, milliseconds(30));
}

TEST(KafkaWorkers, RunsDelayedJobsOnHurry) {
  Workers workers;
  std::promise<void> ran;
  workers.submit([&] { ran.set_value(); }, hours(1));
  workers.hurry();
  ran.get_future().wait();
}

TEST(KafkaWorkers, RunsWaitingJobsOnStopAndRefusesLaterOnes) {
  Workers workers;
  std::atomic<int> ran{0};
  std::atomic<int> stopped{0};
  for (int i = 0; i < 10; ++i) {
    workers.submit(
        [&] {
          ++ran;
          if (workers.stopping()) ++stopped;
          workers.submit([&] { ++ran; }, hours(1));
        },
        hours(1));
  }
  workers.stop();
  EXPECT_EQ(ran, 20) << "including jobs that were submitted meanwhile";
  EXPECT_EQ(stopped, 10);
  EXPECT_FALSE(workers.submit([&] { ++ran; }));
  EXPECT_EQ(ran, 20);
}

}  // namespace
}  // namespace sidestream::kafka
