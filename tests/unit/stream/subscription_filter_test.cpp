// Filtered readers: the same records live and replayed, and a position that moves over all others.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

FilterPtr for_key(const std::string& key) { return FilterPtr(new StreamFilter({{0, {key}}})); }

class SubscriptionFilterTest : public SubscriptionTest {
 protected:
  Side& inbox(std::string name, std::size_t partitions = 1, std::uint64_t log_bytes = 1 << 20) {
    sides_.push_back(
        std::make_unique<Side>(Keyed{}, std::move(name), partitions, log_bytes, pool_));
    return *sides_.back();
  }
  std::unique_ptr<Client> connect_as(Side& s, const std::string& key, StartRequest start) {
    SubscriptionOptions options;
    options.filters = {for_key(key)};
    start.filter = for_key(key);
    return connect(s, std::move(start), options);
  }
  // Keys go round: record n belongs to `a`, `b` or `c`.
  static void append_round(Side& s, int begin, int end) {
    for (int i = begin; i < end; ++i) {
      s.broker.append(0, std::to_string(i), std::string(1, static_cast<char>('a' + i % 3)));
    }
  }
  static std::vector<std::string> every_third(int begin, int end) {
    std::vector<std::string> all;
    for (int i = begin; i < end; i += 3) all.push_back(std::to_string(i));
    return all;
  }
};

TEST_F(SubscriptionFilterTest, SendsMatchingRecordsWithTheirOwnIds) {
  Side& s = inbox("inbox");
  const auto client = connect_as(s, "b", from(StartRequest::Kind::live));
  append_round(s, 0, 6);
  deliver(s, *client);
  EXPECT_EQ(client->records(), (std::vector<std::string>{"1", "4"}));
  EXPECT_EQ(client->last_id(), "4");
}

TEST_F(SubscriptionFilterTest, ReplaysTheSameRecords) {
  Side& s = inbox("inbox", 1, 8 * 1024);
  append_round(s, 0, 100);
  const auto client = connect_as(s, "c", from(StartRequest::Kind::earliest));
  append_round(s, 100, 200);
  deliver(s, *client);
  settle(*client);  // it has lagged again, and only asked for a page
  EXPECT_EQ(client->records(), every_third(2, 200));
  EXPECT_EQ(client->named("stream-catch-up").at(0).data, R"({"topic":"inbox","records":null})");
}

TEST_F(SubscriptionFilterTest, AnnouncesLiveBeforeTheFirstLiveRecord) {
  Side& s = inbox("inbox");
  append_round(s, 0, 2);
  const auto client = connect_as(s, "c", from(StartRequest::Kind::earliest));
  append_round(s, 2, 6);
  deliver(s, *client);
  EXPECT_EQ(client->records(), (std::vector<std::string>{"2", "5"}));
  ASSERT_EQ(client->events().size(), 5u);
  EXPECT_EQ(client->events()[2].name, "stream-live");
}

TEST_F(SubscriptionFilterTest, ResumesAfterWhatItPassedOver) {
  Side& s = inbox("inbox");
  auto client = connect_as(s, "a", from(StartRequest::Kind::live));
  append_round(s, 0, 9);
  deliver(s, *client);
  client->subscription().heartbeat();
  settle(*client);
  EXPECT_EQ(client->named("stream-cursor").at(0).id, "8");
  client->subscription().heartbeat();
  settle(*client);
  EXPECT_EQ(client->named("stream-cursor").size(), 1u) << "nothing has moved since";
  append_round(s, 9, 12);
  client = connect_as(s, "a", after(client->last_id()));
  deliver(s, *client);
  EXPECT_EQ(client->records(), std::vector<std::string>{"9"});
}

TEST_F(SubscriptionFilterTest, NeverLagsBehindRecordsOfOthers) {
  Side& s = inbox("inbox", 1, 32 * 1024);
  const auto client = connect_as(s, "z", from(StartRequest::Kind::live));
  append_round(s, 0, 1);
  deliver(s, *client);
  const auto reads = s.broker.reads();
  for (int i = 1; i < 3001; i += 20) {
    append_round(s, i, i + 20);
    s.broker.deliver_all();
    client->wake();
  }
  s.broker.append(0, "mine", "z");
  deliver(s, *client);
  EXPECT_EQ(client->records(), std::vector<std::string>{"mine"});
  EXPECT_EQ(client->last_id(), "3001");
  EXPECT_EQ(s.broker.reads(), reads);
  EXPECT_EQ(s.topic.probe.lagged.value(), 0u);
  EXPECT_TRUE(client->named("stream-catch-up").empty());
}

TEST_F(SubscriptionFilterTest, ReplaysRecordsThatWereRetiredUnseen) {
  Side& s = inbox("inbox", 1, 4 * 1024);
  const auto client = connect_as(s, "b", from(StartRequest::Kind::live));
  append_round(s, 0, 1);
  deliver(s, *client);
  append_round(s, 1, 3000);
  deliver(s, *client);
  EXPECT_EQ(client->records(), every_third(1, 3000));
  EXPECT_EQ(s.topic.probe.lagged.value(), 1u);
}

TEST_F(SubscriptionFilterTest, TellsOfLossesWithoutAnExactNumber) {
  Side& s = inbox("inbox");
  append_round(s, 0, 1);
  auto client = connect_as(s, "a", from(StartRequest::Kind::live));
  append_round(s, 1, 100);
  s.broker.trim(0, 50);
  deliver(s, *client);
  EXPECT_EQ(client->named("stream-gap").at(0).data,
            R"({"topic":"inbox","reason":"retention","partitions":[{"partition":0,)"
            R"("requested":"0","resumed":"50","lost":49,"exact":false}]})");
  EXPECT_EQ(client->records(), every_third(51, 100));
  client = connect_as(s, "a", after("0.10"));
  EXPECT_NE(client->named("stream-gap").at(0).data.find(R"("exact":false)"), std::string::npos);
}

TEST_F(SubscriptionFilterTest, TellsOfARecordThatIsTooLargeToItsReadersOnly) {
  Side& s = inbox("inbox");
  const auto mine = connect_as(s, "a", from(StartRequest::Kind::live));
  const auto other = connect_as(s, "b", from(StartRequest::Kind::live));
  s.broker.append(0, std::string(2 << 20, 'x'), "a");
  s.broker.deliver_all();
  for (const auto& client : {mine.get(), other.get()}) {
    client->wake();
    settle(*client);
  }
  EXPECT_EQ(mine->named("stream-gap").at(0).data,
            R"({"topic":"inbox","reason":"too_large","partitions":[{"partition":0,)"
            R"("requested":"-1","resumed":"1","lost":1,"exact":false}]})");
  EXPECT_TRUE(other->named("stream-gap").empty());
}

TEST_F(SubscriptionFilterTest, ResetsAParkedReader) {
  Side& s = inbox("inbox");
  const auto client = connect_as(s, "a", from(StartRequest::Kind::live));
  append_round(s, 0, 3);
  deliver(s, *client);
  s.broker.recreate();
  client->wake();
  settle(*client);
  append_round(s, 0, 4);
  deliver(s, *client);
  EXPECT_EQ(client->named("stream-reset").size(), 1u);
  EXPECT_EQ(client->records(), (std::vector<std::string>{"0", "0", "3"}));
}

TEST_F(SubscriptionFilterTest, FiltersEachPartByItself) {
  Side& a = inbox("a");
  Side& b = inbox("b");
  SubscriptionOptions options;
  options.composite = true;
  options.filters = {for_key("a"), nullptr};
  Client client({a.log, b.log}, {from(StartRequest::Kind::live), from(StartRequest::Kind::live)},
                options);
  settle(client);
  append_round(a, 0, 4);
  append_round(b, 10, 12);
  a.broker.deliver_all();
  b.broker.deliver_all();
  client.wake();
  settle(client);
  auto records = client.records();
  std::sort(records.begin(), records.end());
  EXPECT_EQ(records, (std::vector<std::string>{"0", "10", "11", "3"}));
  append_round(a, 4, 6);
  append_round(b, 12, 13);
  a.broker.deliver_all();
  b.broker.deliver_all();
  client.wake();
  settle(client);
  EXPECT_EQ(client.records().size(), 5u);
  EXPECT_NE(client.last_id().find("a~5"), std::string::npos)
      << "what was not for the other part is behind it: " << client.last_id();
}

TEST_F(SubscriptionFilterTest, StartsAtTheNewestMatchingRecords) {
  Side& s = inbox("inbox");
  append_round(s, 0, 300);
  StartRequest tail = from(StartRequest::Kind::tail);
  tail.tail = 5;
  const auto client = connect_as(s, "a", tail);
  append_round(s, 300, 304);
  deliver(s, *client);
  EXPECT_EQ(client->records(), every_third(285, 304));
}

}  // namespace
}  // namespace sidestream
