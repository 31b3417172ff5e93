#include <gtest/gtest.h>

#include "stream_table_fixture.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

TEST_F(StreamTableTest, SendsOneChunkForEachRun) {
  const Record reader = open();
  EXPECT_EQ(reader->received,
            "51\r\nevent: stream-open\ndata: {\"topic\":\"orders\",\"start\":\"live\"}\nretry: "
            "2000\nid: 0.-1\n\n\r\n");
  reader->received.clear();
  broker_.append(0, "a");
  broker_.append(0, "b");
  broker_.deliver_all();
  settle();
  EXPECT_EQ(reader->received, "1e\r\ndata: a\nid: 0\n\ndata: b\nid: 1\n\n\r\n");
}

TEST_F(StreamTableTest, OpensWithOneSendWhenTheStartIsKnown) {
  const Record reader = open();
  EXPECT_EQ(reader->sends, 1);
}

TEST_F(StreamTableTest, SendsACommentUntilTheStartIsKnown) {
  const auto record = std::make_shared<OutletRecord>();
  table_->add(std::make_unique<RecordingOutlet>(record, Coding::identity), Place(), ask(),
              options_);
  EXPECT_EQ(record->received, ":\n");
  settle();
  EXPECT_TRUE(record->received.starts_with(":\nevent: stream-open\n")) << record->received;
}

TEST_F(StreamTableTest, SendsACommentWhenTheStreamOpensWithoutABlock) {
  options_.subscription.control_events = false;
  EXPECT_EQ(open(Coding::identity)->received, ":\n");
}

TEST_F(StreamTableTest, LeavesTheLogWhenNoStreamTakesTheStart) {
  auto start = ask();
  EXPECT_EQ(log_->readers(), 1);
  start.reset();
  EXPECT_EQ(log_->readers(), 0);
}

TEST_F(StreamTableTest, SendsBareBlocksWithIdentityCoding) {
  const Record reader = open(Coding::identity);
  reader->received.clear();
  publish("a");
  EXPECT_EQ(reader->received, "data: a\nid: 0\n\n");
}

TEST_F(StreamTableTest, KeepsTheRestOfARunForASlowReader) {
  const Record slow = open(), fast = open();
  slow->received.clear();
  fast->received.clear();
  slow->takes = 5;
  const std::string value(20'000, 'x');
  publish(value);
  EXPECT_EQ(slow->received.size(), 5u);
  publish("next");
  EXPECT_GT(memory_.pinned(), 20'000u) << "the loop has another run now";
  make_writable(slow);
  EXPECT_EQ(slow->received.find("next"), fast->received.find("next"));
  EXPECT_EQ(slow->received, fast->received);
  EXPECT_EQ(memory_.pinned(), 0u);
}

TEST_F(StreamTableTest, LeavesARunInTheLogWhenNothingIsTaken) {
  const Record slow = open();
  slow->takes = 0;
  publish(std::string(20'000, 'x'));
  EXPECT_EQ(memory_.pinned(), 0u);
  slow->received.clear();
  make_writable(slow);
  EXPECT_GT(slow->received.size(), 20'000u);
}

TEST_F(StreamTableTest, SendsALargeFrameFromItsSegment) {
  const Record slow = open(), fast = open();
  slow->received.clear();
  fast->received.clear();
  slow->takes = 1000;
  publish(std::string(200'000, 'x'));
  make_writable(slow, 100'000);
  make_writable(slow);
  EXPECT_EQ(slow->received, fast->received);
  EXPECT_TRUE(slow->received.starts_with("30d4e\r\n")) << slow->received.substr(0, 10);
  EXPECT_TRUE(slow->received.ends_with("\n\n\r\n"));
}

TEST_F(StreamTableTest, ClosesSlowReadersWhenTheirPinnedBytesExceedTheBudget) {
  const Record slow = open(), fast = open();
  std::vector<Record> readers;
  for (int i = 0; i < 150; ++i) {
    readers.push_back(open());
    readers.back()->takes = 5;
    publish(std::string(20'000, 'x'));
  }
  EXPECT_TRUE(memory_.pinned_too_much());
  pass(1ms);
  EXPECT_GT(closed(CloseReason::slow), 0u);
  EXPECT_FALSE(memory_.pinned_too_much());
  EXPECT_FALSE(fast->dropped);
}

TEST_F(StreamTableTest, SendsAHeartbeatAfterSilenceOnly) {
  const Record reader = open();
  reader->received.clear();
  pass(10s);
  EXPECT_EQ(reader->received, "");
  publish("a");
  reader->received.clear();
  pass(10s);
  EXPECT_EQ(reader->received, "");
  pass(5s);
  EXPECT_EQ(reader->received, "2\r\n:\n\r\n");
}

TEST_F(StreamTableTest, SweepsAtThePaceOfTheStreamsThatAreOpenNow) {
  EXPECT_EQ(table_->sweep_interval(), 250ms);
  const Record slow = open();
  options_.heartbeat = 100ms;
  const Record fast = open();
  EXPECT_EQ(table_->sweep_interval(), 10ms);
  fast->broken = true;
  pass(100ms);
  EXPECT_TRUE(fast->dropped);
  EXPECT_EQ(table_->sweep_interval(), 250ms);
}

TEST_F(StreamTableTest, EndsAllStreamsWithinTheDrainWindow) {
  const Record reader = open();
  table_->drain(1s);
  pass(1s);
  EXPECT_NE(
      reader->received.find("event: stream-shutdown\ndata: {\"reason\":\"drain\"}\nretry: 2000"
                            "\nid: 0.-1\n\n\r\n0\r\n\r\n"),
      std::string::npos)
      << reader->received;
  EXPECT_TRUE(reader->finished);
  EXPECT_FALSE(reader->dropped);
  pass(1s);
  EXPECT_TRUE(reader->dropped);
  EXPECT_EQ(closed(CloseReason::drain), 1u);
}

TEST_F(StreamTableTest, SendsARestBeforeTheEnd) {
  const Record reader = open();
  reader->received.clear();
  reader->takes = 3;
  publish("a");
  table_->drain(0s);
  pass(1ms);
  EXPECT_FALSE(reader->finished);
  make_writable(reader);
  EXPECT_TRUE(reader->received.starts_with("f\r\ndata: a\nid: 0\n\n\r\n")) << reader->received;
  EXPECT_TRUE(reader->received.ends_with("0\r\n\r\n"));
  EXPECT_TRUE(reader->finished);
}

TEST_F(StreamTableTest, ClosesAReaderThatDoesNotTakeTheEnd) {
  const Record reader = open();
  reader->takes = 0;
  table_->drain(0s);
  pass(1ms);
  pass(9s);
  EXPECT_FALSE(reader->dropped);
  pass(1s);
  EXPECT_TRUE(reader->dropped);
}

TEST_F(StreamTableTest, EndsStreamsOfAChangedTopicOnce) {
  const Record reader = open();
  topic_->retired = Retired::changed;
  pass(1ms);
  pass(1s);
  EXPECT_NE(reader->received.find(R"({"reason":"reload"})"), std::string::npos);
  EXPECT_TRUE(reader->finished);
}

TEST_F(StreamTableTest, IgnoresEventsOfAStreamWhoseSlotWasReused) {
  const Record first = open();
  const std::uint64_t name = first->stream;
  first->input = Outlet::Input::closed;
  table_->on_readable(name);
  EXPECT_EQ(closed(CloseReason::client), 1u);
  const Record second = open();
  EXPECT_EQ(static_cast<std::uint32_t>(second->stream), static_cast<std::uint32_t>(name));
  second->input = Outlet::Input::closed;
  table_->on_readable(name);
  table_->on_writable(name);
  EXPECT_FALSE(second->dropped);
}

TEST_F(StreamTableTest, ReachesAllStreamsWhenSomeBreakDuringAWake) {
  std::vector<Record> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(open());
  for (std::size_t i = 0; i < readers.size(); i += 3) readers[i]->broken = true;
  publish("a");
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(readers[i]->dropped, i % 3 == 0);
    EXPECT_EQ(readers[i]->received.ends_with("data: a\nid: 0\n\n\r\n"), i % 3 != 0);
  }
}

TEST_F(StreamTableTest, CountsWhatItSends) {
  const Record a = open(), b = open();
  publish("x");
  EXPECT_EQ(topic_->probe.events_sent.value(), 2u);
  EXPECT_EQ(topic_->probe.subscribers.value(), 2);
  table_->close_all();
  EXPECT_EQ(topic_->probe.subscribers.value(), 0);
}

}  // namespace

TEST_F(StreamTableTest, HoldsAReplayBeyondTheRateButNoLiveRecords) {
  table_->close_all();
  RateLimit rate;
  RefusalLog log{Logger()};
  table_ = std::make_unique<StreamTable>(
      io_, memory_, probe_, Logger(), [this] { return time_; },
      ReplayLimit{[] { return std::uint64_t{50'000}; }, &rate, &log});
  for (int i = 0; i < 400; ++i) broker_.append(0, std::to_string(i) + std::string(1000, '~'));
  const Record live = open(Coding::identity);
  const Record replay = open(Coding::identity, StartRequest::Kind::earliest);
  const auto burst = replay->received.size();
  EXPECT_GT(burst, 100'000u);
  EXPECT_LT(burst, 200'000u);
  EXPECT_EQ(probe_.replay_limit_waits.value(), 1u);
  publish("now");
  EXPECT_NE(live->received.find("data: now\n"), std::string::npos);
  EXPECT_EQ(replay->received.size(), burst);
  for (int i = 0; i < 16; ++i) pass(1s);
  EXPECT_NE(replay->received.find("data: now\n"), std::string::npos);
  EXPECT_EQ(std::count(replay->received.begin(), replay->received.end(), '~'), 400'000);
  EXPECT_GT(probe_.replay_limit_waits.value(), 3u);
}

}  // namespace sidestream
