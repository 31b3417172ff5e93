#include "sidecar/http/streams/replay_pace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr AddressKey ann{1}, bob{2};

// 1,000 bytes a second; each stream that is resumed sends `step_` bytes and waits again.
class ReplayPaceTest : public testing::Test {
 protected:
  void resume(std::uint64_t stream) {
    resumed_.push_back(stream);
    if (step_ == 0) return;
    pace_.charge(ann, step_, now_);
    pace_.wait(ann, stream, now_);
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    pace_.resume_due(now_);
  }

  using Streams = std::vector<std::uint64_t>;
  ReplayPace::Clock::time_point now_{1000s};
  std::uint64_t rate_ = 1000;
  std::size_t step_ = 0;
  Streams resumed_;
  std::vector<std::string> lines_;
  RateLimit limit_;
  RefusalLog log_{Logger(LogLevel::info, LogFormat::json,
                         [this](std::string_view line) { lines_.emplace_back(line); })};
  ServerProbe probe_;
  boost::asio::io_context io_;
  ReplayPace pace_{io_,
                   {[this] { return rate_; }, &limit_, &log_},
                   probe_,
                   [this] {
                     return LoopTime{now_, 0};
                   },
                   [this](std::uint64_t stream) { resume(stream); }};
};

TEST_F(ReplayPaceTest, LetsAnAddressSendTwoSecondsWorthAtOnce) {
  pace_.charge(ann, 2000, now_);
  EXPECT_FALSE(pace_.wait(ann, 1, now_));
  pace_.charge(ann, 1, now_);
  EXPECT_TRUE(pace_.wait(ann, 1, now_));
  EXPECT_FALSE(pace_.wait(bob, 2, now_)) << "another address";
}

TEST_F(ReplayPaceTest, ResumesAStreamWhenItsAddressMaySendAgain) {
  pace_.charge(ann, 2500, now_);
  ASSERT_TRUE(pace_.wait(ann, 1, now_));
  pass(499ms);
  EXPECT_TRUE(resumed_.empty());
  pass(1ms);
  EXPECT_EQ(resumed_, Streams{1});
  pass(1min);
  EXPECT_EQ(resumed_, Streams{1}) << "once";
}

TEST_F(ReplayPaceTest, LetsTheStreamsOfAnAddressTakeTurns) {
  pace_.charge(ann, 3000, now_);
  for (const std::uint64_t stream : {1, 2, 3}) ASSERT_TRUE(pace_.wait(ann, stream, now_));
  step_ = 500;
  for (int i = 0; i < 350; ++i) pass(10ms);
  EXPECT_EQ(resumed_, (Streams{1, 2, 3, 1, 2}));
}

TEST_F(ReplayPaceTest, ResumesAllWhenAReloadRemovesTheLimit) {
  pace_.charge(ann, 1'000'000, now_);
  for (const std::uint64_t stream : {1, 2, 3}) ASSERT_TRUE(pace_.wait(ann, stream, now_));
  rate_ = 0;
  pass(5s);
  EXPECT_EQ(resumed_, (Streams{1, 2, 3}));
}

TEST_F(ReplayPaceTest, CountsWaitsAndWritesFewLines) {
  pace_.charge(ann, 1'000'000, now_);
  for (std::uint64_t stream = 0; stream < 500; ++stream) pace_.wait(ann, stream, now_);
  EXPECT_EQ(probe_.replay_limit_waits.value(), 500u);
  ASSERT_FALSE(lines_.empty());
  EXPECT_LE(lines_.size(), 5u);
  for (const auto* part : {"\"replay delayed\"", "\"reason\":\"replay_bytes_per_second\"",
                           "\"client\":\"0:0:0:1::\""}) {
    EXPECT_NE(lines_[0].find(part), std::string::npos) << part << " in " << lines_[0];
  }
}

}  // namespace
}  // namespace sidestream
