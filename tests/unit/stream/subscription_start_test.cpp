// The first blocks of a stream: open, gap, reset.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

TEST_F(SubscriptionTest, OpensWithTheStartingIdAndRetry) {
  Side& s = side("orders");
  append(s, 0, 3);
  SubscriptionOptions options;
  options.retry_ms = 2345;
  const auto client = connect(s, from(StartRequest::Kind::live), options);
  EXPECT_EQ(client->wire,
            "event: stream-open\ndata: {\"topic\":\"orders\",\"start\":\"live\"}\nretry: "
            "2345\nid: 2\n\n");
}

TEST_F(SubscriptionTest, StartsLiveAtTheMomentOfTheRequest) {
  Side& s = side("orders");
  append(s, 0, 3);
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 3, 5);
  deliver(s, *client);
  EXPECT_EQ(client->records(), numbers(3, 5));
  EXPECT_EQ(client->last_id(), "4");
}

TEST_F(SubscriptionTest, LosesNothingWhenOnlyTheFirstBlockArrived) {
  Side& s = side("orders");
  std::string id = connect(s, from(StartRequest::Kind::live))->last_id();
  append(s, 0, 1);
  s.broker.deliver_all();
  EXPECT_EQ(connect(s, after(id))->records(), numbers(0, 1));
}

TEST_F(SubscriptionTest, MovesTheIdOnlyWithTheResetBlock) {
  Side& s = side("orders");
  append(s, 0, 10);
  const auto client = connect(s, after("500"));
  EXPECT_EQ(client->events()[0].name, "stream-open");
  EXPECT_EQ(client->events()[0].id, "");
  EXPECT_EQ(client->events()[1].name, "stream-reset");
  EXPECT_EQ(client->events()[1].id, "9");
}

TEST_F(SubscriptionTest, AnnouncesAGapBeforeAnyRecord) {
  Side& s = side("orders");
  append(s, 0, 100);
  s.broker.trim(0, 80);
  const auto client = connect(s, after("9"));
  EXPECT_EQ(client->events()[0].id, "9");
  EXPECT_EQ(client->events()[1].name, "stream-gap");
  EXPECT_EQ(
      client->events()[1].data,
      R"({"topic":"orders","reason":"retention","partitions":[{"partition":0,"requested":"9",)"
      R"("resumed":"80","lost":70}]})");
  EXPECT_EQ(client->events()[1].id, "79");
  EXPECT_EQ(client->records(), numbers(80, 100));
}

TEST_F(SubscriptionTest, StartsTailAtTheNewestDeliverableRecords) {
  Side& s = side("orders");
  for (int i = 0; i < 50; ++i) {
    if (i % 5 == 0) {
      s.broker.append(0, std::to_string(i));
    } else {
      s.broker.append(0, std::nullopt);
    }
  }
  StartRequest tail = from(StartRequest::Kind::tail);
  tail.tail = 3;
  EXPECT_EQ(connect(s, tail)->records(), (std::vector<std::string>{"35", "40", "45"}));
}

TEST_F(SubscriptionTest, PutsRetryIntoTheFirstRecordWithoutControlEvents) {
  Side& s = side("orders");
  SubscriptionOptions options;
  options.control_events = false;
  options.retry_ms = 2222;
  const auto client = connect(s, from(StartRequest::Kind::live), options);
  EXPECT_EQ(client->wire, "");
  append(s, 0, 2);
  deliver(s, *client);
  EXPECT_EQ(client->wire, "data: 0\nretry: 2222\nid: 0\n\ndata: 1\nid: 1\n\n");
}

}  // namespace
}  // namespace sidestream
