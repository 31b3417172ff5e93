#include "sidecar/stream/open_logs.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

TopicSettings chat() {
  TopicSettings settings;
  settings.name = "chat";
  settings.path = "/chat/{session}";
  settings.log = "chat:{session}";
  settings.max_logs = 2;
  return settings;
}

class OpenLogsTest : public testing::Test {
 protected:
  OpenLogs::Entered enter(const std::string& name) {
    return logs_.enter(topic_, name, [] { return LogPlace(); });
  }
  std::optional<LimitRefusal> check(const std::string& name) {
    return logs_.check(topic_, name, [] { return LogPlace(); });
  }
  std::size_t open() const { return logs_.of(topic_).size(); }

  const OpenLogs::Clock::time_point now_ = OpenLogs::Clock::now() + 1s;
  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<Topic> topic_ = std::make_shared<Topic>(chat(), test::borrowed(broker_));
  OpenLogs logs_{memory_, pool_, Logger()};
};

TEST_F(OpenLogsTest, OpensAtMostMaxLogs) {
  enter("a");
  const auto b = enter("b");
  const auto refused = enter("c");
  EXPECT_EQ(refused.log, nullptr);
  EXPECT_EQ(refused.refused, LimitRefusal::max_logs);
  EXPECT_EQ(enter("b").log, b.log) << "an open log has room for any number of readers";
  EXPECT_EQ(b.log->readers(), 2);
  EXPECT_EQ(open(), 2u);
}

TEST_F(OpenLogsTest, ChecksWithoutOpening) {
  EXPECT_FALSE(check("a"));
  EXPECT_EQ(open(), 0u);
  enter("a");
  enter("b");
  EXPECT_FALSE(check("b"));
  EXPECT_EQ(check("c"), LimitRefusal::max_logs);
}

TEST_F(OpenLogsTest, HoldsThePlaceOfAnOpenLogUntilItCloses) {
  const std::weak_ptr<const void> place = [this] {
    LogPlace held = std::make_shared<int>();
    logs_.enter(topic_, "a", [&] { return held; });
    return std::weak_ptr<const void>(held);
  }();
  EXPECT_FALSE(place.expired());
  logs_.of(topic_).at(0)->leave(now_, true);
  logs_.tidy(now_ + 59s);
  EXPECT_FALSE(place.expired());
  logs_.tidy(now_ + 61s);
  EXPECT_TRUE(place.expired());
}

TEST_F(OpenLogsTest, RefusesALogWithoutAPlace) {
  const auto refuse = []() -> std::optional<LogPlace> { return std::nullopt; };
  EXPECT_EQ(logs_.enter(topic_, "a", refuse).refused, LimitRefusal::logs_per_address);
  EXPECT_EQ(logs_.check(topic_, "a", refuse), LimitRefusal::logs_per_address);
  EXPECT_EQ(open(), 0u);
  enter("a");
  EXPECT_FALSE(logs_.enter(topic_, "a", refuse).refused) << "joining an open log needs no place";
}

TEST_F(OpenLogsTest, ClosesALogSoonThatHasServedNobody) {
  enter("a").log->leave(now_, false);
  logs_.tidy(now_ + 900ms);
  EXPECT_EQ(open(), 1u);
  logs_.tidy(now_ + 1100ms);
  EXPECT_EQ(open(), 0u);
}

TEST_F(OpenLogsTest, LingersOnceAnyReaderWasSentARecord) {
  enter("a").log->leave(now_, true);
  enter("a").log->leave(now_, false);
  logs_.tidy(now_ + 59s);
  EXPECT_EQ(open(), 1u);
}

TEST_F(OpenLogsTest, ClosesIdleLogsSoonWhenTheTopicIsFull) {
  enter("a").log->leave(now_, true);
  const auto b = enter("b");
  logs_.tidy(now_ + 2s);
  EXPECT_EQ(open(), 2u);
  EXPECT_TRUE(enter("c").refused);
  logs_.tidy(now_ + 2s);
  ASSERT_EQ(open(), 1u);
  EXPECT_EQ(logs_.of(topic_).at(0), b.log) << "one with a reader stays";
  EXPECT_FALSE(enter("c").refused);
}

}  // namespace
}  // namespace sidestream
