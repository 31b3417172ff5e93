// Blocks of the stream's own: cursors and the end.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

TEST_F(SubscriptionTest, SendsTheCursorWhenOnlySkippedRecordsPass) {
  Side& s = side("orders");
  const auto client = connect(s, from(StartRequest::Kind::live));
  s.broker.append(0, std::nullopt);
  deliver(s, *client);
  EXPECT_EQ(client->events().size(), 1u);
  client->subscription().heartbeat();
  client->read_all();
  ASSERT_EQ(client->named("stream-cursor").size(), 1u);
  EXPECT_EQ(client->named("stream-cursor")[0].data, "{}");
  EXPECT_EQ(client->last_id(), "0");
  client->subscription().heartbeat();
  client->read_all();
  EXPECT_EQ(client->named("stream-cursor").size(), 1u);  // once; then a comment
  EXPECT_TRUE(client->wire.ends_with("\n\n:\n"));
}

TEST_F(SubscriptionTest, EndsAfterAWholeBlock) {
  Side& s = side("orders");
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 1);
  s.broker.deliver_all();
  client->wake();
  client->read(5);
  client->subscription().end("drain", 4321);
  client->read_all();
  EXPECT_TRUE(client->finished());
  EXPECT_EQ(client->records(), numbers(0, 1));
  EXPECT_EQ(client->events().back().name, "stream-shutdown");
  EXPECT_EQ(client->events().back().id, "0");
  EXPECT_TRUE(client->wire.ends_with("retry: 4321\nid: 0\n\n"));
}

}  // namespace
}  // namespace sidestream
