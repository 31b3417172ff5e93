#include "sidecar/stream/replay/page_cache.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

// A page of (after, reached] with one frame of `bytes`.
PagePtr page(std::int64_t after, std::int64_t reached, std::size_t bytes = 100,
             Partition partition = 0) {
  auto made = std::make_shared<Page>();
  made->partition = partition;
  made->after = Offset::of(after);
  made->reached = Offset::of(reached);
  made->frames = std::make_shared<Segment>(bytes, 1, 0, Position{});
  return made;
}

class PageCacheTest : public testing::Test {
 protected:
  PagePtr find(std::int64_t after, Partition partition = 0) {
    return cache_.find(log_, partition, Offset::of(after));
  }

  Memory memory_{64 * 1024};  // pages get a quarter
  PageCache cache_{memory_};
  PageCache::LogId log_ = cache_.new_log();
};

TEST_F(PageCacheTest, FindsThePageThatHoldsWhatFollows) {
  const PagePtr first = page(4, 15);
  const PagePtr second = page(15, 31);
  cache_.put(log_, first);
  cache_.put(log_, second);
  EXPECT_EQ(find(4), first);
  EXPECT_EQ(find(14), first);
  EXPECT_EQ(find(15), second);
  EXPECT_EQ(find(31), nullptr);
  EXPECT_EQ(find(3), nullptr);
}

TEST_F(PageCacheTest, KeepsLogsAndPartitionsApart) {
  const PageCache::LogId other = cache_.new_log();
  cache_.put(log_, page(-1, 15, 100, 1));
  EXPECT_EQ(find(3), nullptr);
  EXPECT_EQ(find(3, 2), nullptr);
  EXPECT_EQ(cache_.find(other, 1, Offset::of(3)), nullptr);
  EXPECT_NE(find(3, 1), nullptr);
}

TEST_F(PageCacheTest, SaysWhereTheNextPageBegins) {
  cache_.put(log_, page(9, 20));
  cache_.put(log_, page(5, 20, 100, 1));
  EXPECT_EQ(cache_.next_page(log_, 0, Offset::of(4)), Offset::of(9));
  EXPECT_EQ(cache_.next_page(log_, 0, Offset::of(9)), std::nullopt);
  EXPECT_EQ(cache_.next_page(log_, 2, Offset::of(-1)), std::nullopt);
}

TEST_F(PageCacheTest, EvictsTheLeastRecentlyUsedPage) {
  cache_.put(log_, page(0, 10, 6000));
  cache_.put(log_, page(10, 20, 6000));
  find(0);
  cache_.put(log_, page(20, 30, 6000));
  EXPECT_TRUE(find(0));
  EXPECT_FALSE(find(10));
  EXPECT_TRUE(find(20));
  EXPECT_LE(cache_.bytes(), memory_.replay_budget());
}

TEST_F(PageCacheTest, KeepsANewPageThatExceedsTheBudgetAlone) {
  cache_.put(log_, page(0, 10, 100));
  cache_.put(log_, page(10, 20, 100'000));
  EXPECT_FALSE(find(0));
  EXPECT_TRUE(find(10));
  cache_.put(log_, page(20, 30, 100));
  EXPECT_FALSE(find(10));
}

TEST_F(PageCacheTest, ReplacesAPageWithTheSameBeginning) {
  cache_.put(log_, page(0, 10));
  const auto bytes = cache_.bytes();
  const PagePtr longer = page(0, 20);
  cache_.put(log_, longer);
  EXPECT_EQ(find(5), longer);
  EXPECT_EQ(cache_.bytes(), bytes);
}

TEST_F(PageCacheTest, DropsThePagesOfOneLog) {
  const PageCache::LogId other = cache_.new_log();
  cache_.put(log_, page(0, 10));
  cache_.put(log_, page(0, 10, 100, 1));
  cache_.put(other, page(0, 10));
  cache_.drop_all(log_);
  EXPECT_FALSE(find(0));
  EXPECT_FALSE(find(0, 1));
  EXPECT_TRUE(cache_.find(other, 0, Offset::of(0)));
  cache_.drop_all(other);
  EXPECT_EQ(cache_.bytes(), 0u);
}

}  // namespace
}  // namespace sidestream
