#include "connectors/kafka/hole_search.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sidestream::kafka {
namespace {

struct Batch {
  std::int64_t base;
  std::int64_t end;  // the first offset after it
};

// Searches a log that ends where its last batch ends. Returns what was found, and counts attempts.
std::int64_t search(const std::vector<Batch>& log, std::int64_t first, std::int64_t end,
                    int* attempts = nullptr) {
  const auto holding = [&](std::int64_t offset) -> const Batch* {
    for (const auto& batch : log) {
      if (offset >= batch.base && offset < batch.end) return &batch;
    }
    return nullptr;
  };
  const auto* const corrupt = holding(first);
  HoleSearch search(first, end);
  for (int n = 0; !search.done(); ++n) {
    if (attempts != nullptr) *attempts = n + 1;
    EXPECT_GT(search.next(), first);
    EXPECT_LT(search.next(), end);
    if (holding(search.next()) == corrupt) {
      search.inside();
    } else {
      search.outside();
    }
  }
  return search.first_readable();
}

TEST(KafkaHoleSearch, FindsTheEndOfACorruptBatch) {
  for (std::int64_t end = 11; end < 60; ++end) {
    EXPECT_EQ(search({{0, 10}, {10, end}, {end, 100}}, 10, 101), end);
  }
}

TEST(KafkaHoleSearch, FindsItFromTheMiddleOfTheBatch) {
  EXPECT_EQ(search({{10, 20}, {20, 100}}, 15, 101), 20);
}

TEST(KafkaHoleSearch, SkipsNoReadableRecordsBetweenTwoCorruptBatches) {
  EXPECT_EQ(search({{5, 10}, {10, 13}, {13, 40}, {40, 50}}, 5, 51), 10);
}

TEST(KafkaHoleSearch, EndsWithTheLogWhenItsLastBatchIsCorrupt) {
  EXPECT_EQ(search({{0, 10}, {10, 20}}, 10, 21), 20);
  EXPECT_EQ(search({{0, 10}, {10, 11}}, 10, 12), 11);
}

TEST(KafkaHoleSearch, EndsWithTheRangeWhenTheBatchIsLonger) {
  EXPECT_EQ(search({{10, 1000}}, 10, 21), 21);
}

TEST(KafkaHoleSearch, NeedsFewAttempts) {
  int attempts = 0;
  EXPECT_EQ(search({{0, 10'000}, {10'000, 1'000'000}}, 0, 1'000'001, &attempts), 10'000);
  EXPECT_LE(attempts, 30);
}

}  // namespace
}  // namespace sidestream::kafka
