// Outages of the broker, and stop() with open calls.
#include "tests/integration/connectors/suite.hpp"

namespace sidestream::test {
namespace {

// An outage that also ends when the test fails.
class Outage {
 public:
  explicit Outage(BrokerFixture& broker) : broker_(broker) { broker_.stop_broker(); }
  ~Outage() { end(); }
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;
  void end() {
    if (!ended_) broker_.start_broker();
    ended_ = true;
  }

 private:
  BrokerFixture& broker_;
  bool ended_ = false;
};

}  // namespace

TEST_P(ConnectorSuite, SetsTheProbeUpOnceTheBrokerAnswers) {
  const auto log = new_log();
  extent(log);
  EXPECT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  EXPECT_EQ(connector().probe().detail(), "");
}

TEST_P(OutageSuite, SetsTheProbeDownDuringAnOutage) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  EXPECT_EQ(connector().probe().detail(), "");
  Outage outage(broker());
  ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
  EXPECT_NE(connector().probe().detail(), "");
  outage.end();
  ASSERT_TRUE(eventually([&] { return connector().probe().is_up(); }));
  EXPECT_EQ(connector().probe().detail(), "");
}

TEST_P(OutageSuite, ResumesATailAfterAnOutage) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  auto expected = append(log, 10, "before");
  ASSERT_TRUE(sink.wait_records(10));
  for (int round = 0; round < 2; ++round) {
    Outage outage(broker());
    ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
    outage.end();
    const auto fresh = append(log, 10, "after");
    expected.insert(expected.end(), fresh.begin(), fresh.end());
    ASSERT_TRUE(sink.wait_records(expected.size()));
  }
  EXPECT_EQ(offsets_of(sink.records()), expected);
  EXPECT_TRUE(sink.losses().empty());
  EXPECT_TRUE(sink.resets().empty());
}

TEST_P(OutageSuite, AnswersCallsAfterTheOutage) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto offsets = append(log, 10);
  Answer<LogExtent> held;
  Answer<Position> located;
  Answer<Offset> back, read;
  {
    const Outage outage(broker());
    ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
    connector().extent(log, held.callback());
    connector().locate(log, Timestamp{}, located.callback());
    connector().back(log, 0, offsets[9], 2, back.callback());
    connector().read(
        {.log = log, .after = start, .until = offsets[9]}, [](auto) {}, read.callback());
    EXPECT_FALSE(held.wait(std::chrono::milliseconds(200)));
    EXPECT_FALSE(read.ready());
  }
  EXPECT_EQ(held.get().value().partitions.at(0).last, offsets[9]);
  EXPECT_LT(located.get().value().at(0), offsets[0]);
  EXPECT_LE(back.get().value(), offsets[7]);
  EXPECT_EQ(read.get().value(), offsets[9]);
}

TEST_P(OutageSuite, FailsAPublishInTimeDuringAnOutage) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto before = publish(log, {.value = "before"}).value().offset;
  {
    const Outage outage(broker());
    ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
    const auto asked = std::chrono::steady_clock::now();
    const auto failed = publish(log, {.value = "during"});
    EXPECT_LT(std::chrono::steady_clock::now() - asked, publish_timeout + std::chrono::seconds(2));
    EXPECT_TRUE(failed.error() == Errc::unavailable || failed.error() == Errc::unconfirmed)
        << failed.error().message();
    if (failed.error() == Errc::unavailable) {
      EXPECT_GE(connector().probe().publish_failures.load(), 1u);
    }
  }
  PublishResult after = Errc::unavailable;
  ASSERT_TRUE(eventually([&] {
    after = publish(log, {.value = "after"});
    return after.has_value();
  }));
  const auto records = read_all(log, start, after.value().offset);
  ASSERT_GE(records.size(), 2u);
  EXPECT_EQ(records.front().offset, before);
  EXPECT_EQ(records.front().value, "before");
  EXPECT_EQ(records.back().value, "after");
}

TEST_P(OutageSuite, StartsBeforeItsBroker) {
  const auto log = new_log();
  const auto offsets = append(log, 5);
  drop_connector();
  Answer<LogExtent> held;
  RecordingSink sink;
  std::unique_ptr<Connector> late;
  std::unique_ptr<Tail> tail;
  {
    const Outage outage(broker());
    late = another_connector();
    EXPECT_FALSE(late->probe().is_up());
    late->extent(log, held.callback());
    tail = late->tail(log, {offsets[1]}, sink);
    EXPECT_FALSE(held.wait(std::chrono::milliseconds(200)));
  }
  EXPECT_EQ(held.get().value().partitions.at(0).last, offsets[4]);
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_EQ(offsets_of(sink.records()), std::vector<Offset>(offsets.begin() + 2, offsets.end()));
  tail.reset();
  late->stop();
}

TEST_P(OutageSuite, AnswersOpenCallsOnStopDuringAnOutage) {
  const auto log = new_log();
  const auto offsets = append(log, 5);
  Answer<LogExtent> held;
  Answer<Position> located;
  Answer<Offset> back, read;
  Answer<Published> published;
  {
    const Outage outage(broker());
    ASSERT_TRUE(eventually([&] { return !connector().probe().is_up(); }));
    connector().extent(log, held.callback());
    connector().locate(log, Timestamp{}, located.callback());
    connector().back(log, 0, offsets[4], 2, back.callback());
    connector().read(
        {.log = log, .after = offsets[0], .until = offsets[4]}, [](auto) {}, read.callback());
    connector().publish(log, {.value = "v"}, published.callback());
    connector().stop();
  }
  ASSERT_TRUE(held.ready() && located.ready() && back.ready() && read.ready());
  ASSERT_TRUE(published.ready());
  EXPECT_EQ(held.get().error(), Errc::stopped);
  EXPECT_EQ(located.get().error(), Errc::stopped);
  EXPECT_EQ(back.get().error(), Errc::stopped);
  EXPECT_EQ(read.get().error(), Errc::stopped);
  EXPECT_TRUE(published.get().has_error());
}

TEST_P(ConnectorSuite, AnswersAllCallsOnStopUnderLoad) {
  const auto log = new_log();
  const auto offsets = append(log, 100);
  RecordingSink sink;
  auto tail = connector().tail(log, {offsets[0]}, sink);
  std::vector<Answer<LogExtent>> extents(50);
  std::vector<Answer<Published>> publishes(50);
  std::vector<Answer<Offset>> reads(50);
  for (std::size_t i = 0; i < 50; ++i) {
    connector().extent(log, extents[i].callback());
    connector().publish(log, {.value = "v"}, publishes[i].callback());
    connector().read(
        {.log = log, .after = offsets[0], .until = offsets[99]}, [](auto) {}, reads[i].callback());
  }
  connector().stop();
  const auto count = sink.count();
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_TRUE(extents[i].ready() && publishes[i].ready() && reads[i].ready()) << i;
  }
  tail.reset();
  EXPECT_EQ(sink.count(), count);
}

}  // namespace sidestream::test
