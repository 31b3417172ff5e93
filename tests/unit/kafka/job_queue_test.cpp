#include "connectors/kafka/job_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <vector>

namespace sidestream::kafka {
namespace {

TEST(KafkaLane, RunsAFewJobsAtOnceAndLeavesThreadsToOthers) {
  Workers workers;
  JobQueue queue(workers, 2, 100);
  std::promise<void> released;
  const auto gate = released.get_future().share();
  std::atomic<int> running = 0, most = 0;
  std::latch all(50);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(queue.submit([&, gate] {
      most = std::max(most.load(), ++running);
      gate.wait();
      --running;
      all.count_down();
    }));
  }
  std::promise<void> other;
  workers.submit([&] { other.set_value(); });
  other.get_future().wait();
  released.set_value();
  all.wait();
  EXPECT_LE(most, 2);
  workers.stop();
}

TEST(KafkaLane, RunsJobsInOrder) {
  Workers workers;
  JobQueue queue(workers, 1, 100);
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) queue.submit([&, i] { order.push_back(i); });
  workers.stop();
  ASSERT_EQ(order.size(), 50u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(KafkaLane, RefusesAJobBehindTooMany) {
  Workers workers;
  JobQueue queue(workers, 1, 3);
  std::promise<void> began, released;
  const auto gate = released.get_future().share();
  queue.submit([&, gate] {
    began.set_value();
    gate.wait();
  });
  began.get_future().wait();
  int taken = 0;
  std::atomic<int> ran = 0;
  for (int i = 0; i < 5; ++i) taken += queue.submit([&] { ++ran; }) ? 1 : 0;
  EXPECT_EQ(taken, 3);
  released.set_value();
  workers.stop();
  EXPECT_EQ(ran, 3);
}

}  // namespace
}  // namespace sidestream::kafka
