// Logs that are recreated under their readers.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

TEST_F(SubscriptionTest, AnnouncesAResetWhenTheLogIsRecreated) {
  Side& s = side("orders");
  append(s, 0, 10);
  const auto client = connect(s, from(StartRequest::Kind::live));
  s.broker.recreate();
  append(s, 100, 103);
  deliver(s, *client);
  ASSERT_EQ(client->named("stream-reset").size(), 1u);
  EXPECT_EQ(client->named("stream-reset")[0].id, "0.-1");
  EXPECT_EQ(client->records(), numbers(100, 103));
}

// The request is about the older generation, its answer about the new one.
TEST_F(SubscriptionTest, AnnouncesOneResetWhenTheLogIsRecreatedDuringARequest) {
  Side& s = side("orders", 1, 16 * 1024);
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 10);
  deliver(s, *client);
  append(s, 10, 3000);
  s.broker.deliver_all();  // more than is kept: the reader lags
  client->wake();
  client->read_all();
  s.broker.trim(0, 2000);
  s.broker.answer_all();  // gone
  client->open_post();
  client->read_all();  // requests a new start
  s.broker.recreate(false);
  append(s, 5000, 5003);
  settle(*client);
  EXPECT_TRUE(client->named("stream-reset").empty()) << "the tail has not seen it";
  s.broker.tell_recreated();
  deliver(s, *client);
  EXPECT_EQ(client->named("stream-reset").size(), 1u);
  EXPECT_TRUE(client->named("stream-gap").empty());
  auto expected = numbers(0, 10);
  for (const auto& n : numbers(5000, 5003)) expected.push_back(n);
  EXPECT_EQ(client->records(), expected);
}

TEST_F(SubscriptionTest, WaitsForTheNewGenerationWhenTheLogIsBeingRecreated) {
  Side& s = side("orders");
  const auto first = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 10);
  deliver(s, *first);
  s.broker.recreate(false);
  const auto live = connect(s, from(StartRequest::Kind::live));
  const auto old = connect(s, after("20"));
  EXPECT_TRUE(live->events().empty() && old->events().empty());
  s.broker.tell_recreated();
  settle(*live);
  settle(*old);
  append(s, 100, 102);
  s.broker.deliver_all();
  for (const auto& client : {live.get(), old.get()}) {
    client->wake();
    settle(*client);
    EXPECT_EQ(client->records(), numbers(100, 102));
  }
  EXPECT_EQ(old->named("stream-reset").size(), 1u);
}

}  // namespace
}  // namespace sidestream
