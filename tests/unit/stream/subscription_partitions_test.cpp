// Several partitions, or several topics, in one stream.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

TEST_F(SubscriptionTest, SplicesTheMergeOrderOfAnotherReplicaExactly) {
  Side& s = side("orders", 2);
  for (int i = 0; i < 10; ++i) {
    s.broker.append(0, "a" + std::to_string(i));
    s.broker.append(1, "b" + std::to_string(i));
  }
  const auto first = connect(s, from(StartRequest::Kind::live));  // the log opens at 9, 9
  for (int i = 10; i < 20; ++i) {
    s.broker.append(0, "a" + std::to_string(i));
    s.broker.append(1, "b" + std::to_string(i));
  }
  s.broker.deliver(0, 100);  // this replica: all of 0, then all of 1
  s.broker.deliver(1, 100);
  const auto client = connect(s, after("0.12~1.17"));  // the other one had them mixed
  EXPECT_EQ(client->records(), (std::vector<std::string>{"a13", "a14", "a15", "a16", "a17", "a18",
                                                         "a19", "b18", "b19"}));
  std::vector<std::string> ids;
  for (const auto& event : client->named("")) ids.push_back(event.id);
  EXPECT_EQ(ids.front(), "0.13~1.17");
  EXPECT_EQ(ids.back(), "0.19~1.19");
}

TEST_F(SubscriptionTest, ReadsPartitionsThatAreAddedFromTheirBeginning) {
  Side& s = side("orders", 1);
  const auto client = connect(s, from(StartRequest::Kind::live));
  s.broker.grow();
  s.broker.append(1, "new");
  deliver(s, *client);
  EXPECT_EQ(client->records(), (std::vector<std::string>{"new"}));
  EXPECT_EQ(client->last_id(), "0.-1~1.0");
}

// An id from a replica that has noticed the growth earlier.
TEST_F(SubscriptionTest, ResumesFromAnIdWithPartitionsThatTheLogDoesNotKnowYet) {
  Side& s = side("orders", 1);
  const auto first = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 10);
  s.broker.grow(false);
  append(s, 0, 10, 1);
  const auto client = connect(s, after("0.3~1.6"));
  deliver(s, *client);
  EXPECT_EQ(client->records(), numbers(4, 10));
  EXPECT_EQ(client->last_id(), "0.9~1.6");
  s.broker.tell_grown();
  deliver(s, *client);
  auto expected = numbers(4, 10);
  for (const auto& n : numbers(7, 10)) expected.push_back(n);
  EXPECT_EQ(client->records(), expected);
  EXPECT_EQ(client->last_id(), "0.9~1.9");
}

// A reader whose id comes from a replica that had seen more of the partition than this one.
TEST_F(SubscriptionTest, AnnouncesItsOwnLossWhenTheReaderIsAheadOfTheLog) {
  Side& s = side("orders", 2);
  const auto first = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 10);
  append(s, 0, 10, 1);
  s.broker.deliver(0, 10);
  s.broker.deliver(1, 5);
  const auto ahead = connect(s, after("0.9~1.7"));
  s.broker.trim(1, 9);
  deliver(s, *first);
  deliver(s, *ahead);
  const auto gap = [](const Client& client) {
    const auto gaps = client.named("stream-gap");
    return gaps.empty() ? std::string() : gaps[0].data + " " + gaps[0].id;
  };
  EXPECT_NE(gap(*first).find(R"("requested":"4","resumed":"9","lost":4})"), std::string::npos)
      << gap(*first);
  EXPECT_NE(gap(*ahead).find(R"("requested":"7","resumed":"9","lost":1})"), std::string::npos)
      << gap(*ahead);
}

TEST_F(SubscriptionTest, ResumesSeveralTopicsFromOneId) {
  Side& a = side("a");
  Side& b = side("b");
  SubscriptionOptions options;
  options.composite = true;
  const auto both = [&](const StartRequest& start) {
    auto client =
        std::make_unique<Client>(std::vector{a.log, b.log}, std::vector{start, start}, options);
    settle(*client);
    return client;
  };
  auto client = both(from(StartRequest::Kind::live));
  EXPECT_EQ(client->last_id(), "a~0.-1~~b~0.-1");
  a.broker.append(0, "a0");
  deliver(a, *client);
  const std::string id = client->last_id();
  EXPECT_EQ(id, "a~0~~b~0.-1");
  b.broker.append(0, "b0");
  a.broker.append(0, "a1");
  a.broker.deliver_all();
  b.broker.deliver_all();
  client = both(after(id));
  auto records = client->records();
  std::sort(records.begin(), records.end());
  EXPECT_EQ(records, (std::vector<std::string>{"a1", "b0"}));
  EXPECT_EQ(client->last_id(), "a~1~~b~0");
}

}  // namespace
}  // namespace sidestream
