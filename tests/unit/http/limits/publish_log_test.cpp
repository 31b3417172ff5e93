#include "sidecar/http/limits/publish_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

class Publishes : public testing::Test {
 protected:
  void acknowledge(int count, std::uint32_t access_log) {
    for (int i = 0; i < count; ++i)
      log_.write({"orders", "/events/orders", "orders-7", 12, 201, {}, "alice"}, client_,
                 access_log, now_);
  }

  std::vector<std::string> lines_;
  PublishLog log_{Logger(LogLevel::info, LogFormat::json,
                         [this](std::string_view line) { lines_.emplace_back(line); })};
  const Client client_{*parse_ip("203.0.113.9"), *parse_ip("10.0.0.1")};
  PublishLog::Clock::time_point now_{1000s};
};

TEST_F(Publishes, NameTopicLogStatusClientAndPeer) {
  acknowledge(1, 1);
  ASSERT_EQ(lines_.size(), 1u);
  for (const auto* part :
       {"\"published\"", "\"topic\":\"orders\"", "\"path\":\"/events/orders\"",
        "\"log\":\"orders-7\"", "\"status\":201", "\"bytes\":12", "\"client\":\"203.0.113.9\"",
        "\"peer\":\"10.0.0.1\"", "\"subject\":\"alice\""}) {
    EXPECT_NE(lines_[0].find(part), std::string::npos) << part << " in " << lines_[0];
  }
}

TEST_F(Publishes, AreSampledByAccessLog) {
  acknowledge(20, 5);
  EXPECT_EQ(lines_.size(), 4u);
  acknowledge(20, 0);
  EXPECT_EQ(lines_.size(), 4u);
}

TEST_F(Publishes, HaveALineWhenTheyFailWhateverAccessLogSays) {
  log_.write({"orders", "/events/orders", "orders", 1, 503, "cannot reach the broker"}, client_, 0,
             now_);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_NE(lines_[0].find("\"publish failed\""), std::string::npos);
  EXPECT_NE(lines_[0].find("\"error\":\"cannot reach the broker\""), std::string::npos);
}

TEST_F(Publishes, OfAFloodWriteFewLines) {
  acknowledge(50'000, 1);
  EXPECT_LE(lines_.size(), 1000u);
  now_ += 1min;
  lines_.clear();
  for (int i = 0; i < 5000; ++i) log_.write({"t", "/t", "t", 1, 503, "down"}, client_, 1, now_);
  EXPECT_LE(lines_.size(), 100u);
}

}  // namespace
}  // namespace sidestream
