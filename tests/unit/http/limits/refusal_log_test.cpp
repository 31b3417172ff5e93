#include "sidecar/http/limits/refusal_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Kind = RefusalLog::Kind;

class Refusals : public testing::Test {
 protected:
  void refuse(Kind kind, int count, RefusalLog::Clock::duration every = 0s) {
    for (int i = 0; i < count; ++i, now_ += every) log_.write(kind, "limit", client_, 503, now_);
  }

  std::vector<std::string> lines_;
  RefusalLog log_{Logger(LogLevel::info, LogFormat::json,
                         [this](std::string_view line) { lines_.emplace_back(line); })};
  const Client client_{*parse_ip("203.0.113.9"), *parse_ip("10.0.0.1")};
  RefusalLog::Clock::time_point now_{1000s};
};

TEST_F(Refusals, NameReasonStatusClientAndPeer) {
  refuse(Kind::publish, 1);
  ASSERT_EQ(lines_.size(), 1u);
  for (const auto* part :
       {"\"publish refused\"", "\"reason\":\"limit\"", "\"status\":503",
        "\"client\":\"203.0.113.9\"", "\"peer\":\"10.0.0.1\"", "\"left_out\":0"}) {
    EXPECT_NE(lines_[0].find(part), std::string::npos) << part << " in " << lines_[0];
  }
}

TEST_F(Refusals, NameTheRequestAndThePerson) {
  log_.write(Kind::publish, "limit", client_, 429, {"POST", "/events/orders", "alice"}, now_);
  ASSERT_EQ(lines_.size(), 1u);
  for (const auto* part :
       {"\"method\":\"POST\"", "\"path\":\"/events/orders\"", "\"subject\":\"alice\""})
    EXPECT_NE(lines_[0].find(part), std::string::npos) << part << " in " << lines_[0];
}

TEST_F(Refusals, OfAFloodWriteFewLines) {
  refuse(Kind::stream, 5000, 1ms);
  EXPECT_GE(lines_.size(), 50u);
  EXPECT_LE(lines_.size(), 1000u);
}

TEST_F(Refusals, CountWhatWasLeftOut) {
  refuse(Kind::stream, 1000);
  const auto written = lines_.size();
  now_ += 1min;
  refuse(Kind::stream, 1);
  ASSERT_EQ(lines_.size(), written + 1);
  EXPECT_NE(lines_.back().find("\"left_out\":" + std::to_string(1000 - written)),
            std::string::npos);
}

TEST_F(Refusals, OfConnectionsWriteAtMostSixtyLinesAMinute) {
  refuse(Kind::connection, 60'000, 1ms);
  EXPECT_LE(lines_.size(), 60u);
  EXPECT_GE(lines_.size(), 30u);
}

TEST_F(Refusals, OfOneKindHideNoOtherKind) {
  refuse(Kind::connection, 1000);
  const auto written = lines_.size();
  refuse(Kind::publish, 1);
  EXPECT_EQ(lines_.size(), written + 1);
}

}  // namespace
}  // namespace sidestream
