// Older records: pages, lag, and the way back into the topic log.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

TEST_F(SubscriptionTest, ReplaysFromTheBrokerAndJoinsWithoutGapOrRepeat) {
  Side& s = side("orders");
  append(s, 0, 100);
  const auto client = connect(s, from(StartRequest::Kind::earliest));
  append(s, 100, 120);
  deliver(s, *client);
  EXPECT_EQ(client->records(), numbers(0, 120));
  ASSERT_EQ(client->named("stream-catch-up").size(), 1u);
  EXPECT_EQ(client->named("stream-catch-up")[0].data, R"({"topic":"orders","records":100})");
  ASSERT_EQ(client->named("stream-live").size(), 1u);
  EXPECT_EQ(client->events()[102].name, "stream-live");  // open, catch-up, 100 records
}

TEST_F(SubscriptionTest, ReplaysFromTheBrokerWhenTheReaderLags) {
  Side& s = side("orders", 1, 8 * 1024);
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 10);
  s.broker.deliver_all();
  client->wake();
  client->read(30);  // stalls in the middle of a frame
  for (int i = 10; i < 3000; i += 65) {
    append(s, i, i + 65);
    s.broker.deliver_all();
    client->wake();
  }
  settle(*client);
  EXPECT_EQ(client->records(), numbers(0, 3000));
  EXPECT_GE(s.topic.probe.lagged.value(), 1u);
  EXPECT_EQ(client->named("stream-gap").size(), 0u);
}

TEST_F(SubscriptionTest, AnnouncesAGapWhenTheReaderLagsBeyondRetention) {
  Side& s = side("orders", 1, 8 * 1024);
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 1);
  s.broker.deliver_all();
  client->wake();
  client->read(30);
  append(s, 1, 3000);
  s.broker.deliver_all();
  client->wake();
  s.broker.trim(0, 2000);
  settle(*client);
  ASSERT_EQ(client->named("stream-gap").size(), 1u);
  EXPECT_NE(client->named("stream-gap")[0].data.find(R"("resumed":"2000")"), std::string::npos);
  auto expected = numbers(0, 1);
  for (const auto& n : numbers(2000, 3000)) expected.push_back(n);
  EXPECT_EQ(client->records(), expected);
}

// The broker says that it holds what it could not read a moment ago.
TEST_F(SubscriptionTest, RetriesAReadThatFindsNothingAlthoughTheBrokerHoldsAll) {
  Side& s = side("orders", 1, 16 * 1024);
  append(s, 0, 3000);
  const auto first = connect(s, from(StartRequest::Kind::live));
  s.broker.lose_a_read();
  const auto client = connect(s, after("9"));
  EXPECT_TRUE(client->records().empty());
  EXPECT_TRUE(client->subscription().is_paused());
  client->subscription().tick();
  client->read_all();
  settle(*client);
  EXPECT_EQ(client->records(), numbers(10, 3000));
  EXPECT_TRUE(client->named("stream-gap").empty());
}

}  // namespace
}  // namespace sidestream
