// Streams of logs that end: what is sent last, and when nothing is over.

#include "subscription_fixture.hpp"

namespace sidestream {
namespace {

class SubscriptionEndTest : public SubscriptionTest {
 protected:
  // Records with the key `end` end the log.
  Side& job(std::string name = "job", std::size_t partitions = 1, TopicSettings settings = {}) {
    settings.name = std::move(name);
    settings.filters.push_back({"key", {FieldName::Kind::key, {}}});
    settings.end.push_back({{FieldName::Kind::key, {}}, {{{{ValuePiece::Kind::text, "end"}}}}});
    sides_.push_back(std::make_unique<Side>(std::move(settings), partitions, pool_));
    return *sides_.back();
  }
  static void end(Side& s) { s.broker.append(0, "the end", "end"); }
  static std::vector<std::string> names(const Client& client) {
    std::vector<std::string> all;
    for (const ClientEvent& event : client.events()) all.push_back(event.name);
    return all;
  }
  static void expect_end(const Client& client, const std::string& id) {
    ASSERT_FALSE(client.events().empty());
    EXPECT_EQ(client.events().back().name, "stream-end");
    EXPECT_EQ(client.events().back().data, R"({"reason":"end"})");
    EXPECT_EQ(client.events().back().id, id);
    EXPECT_TRUE(client.finished());
  }
};

using Names = std::vector<std::string>;

TEST_F(SubscriptionEndTest, SendsTheEndRecordThenStreamEndAndFinishes) {
  Side& s = job();
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 2);
  end(s);
  deliver(s, *client);
  EXPECT_EQ(client->records(), (Names{"0", "1", "the end"}));
  expect_end(*client, "2");
  EXPECT_EQ(s.topic.probe.ends.value(), 1u);
}

TEST_F(SubscriptionEndTest, GoesOnWhileRecordsDoNotMatch) {
  Side& s = job();
  const auto client = connect(s, from(StartRequest::Kind::live));
  append(s, 0, 2);
  deliver(s, *client);
  EXPECT_FALSE(client->finished());
  EXPECT_TRUE(client->named("stream-end").empty());
}

TEST_F(SubscriptionEndTest, GoesOnWhenASuccessorIsKnown) {
  Side& s = job();
  const auto client = connect(s, from(StartRequest::Kind::live));
  end(s);
  append(s, 1, 2);
  deliver(s, *client);
  EXPECT_EQ(client->records(), (Names{"the end", "1"}));
  EXPECT_FALSE(client->finished());
  end(s);
  deliver(s, *client);
  expect_end(*client, "2");
}

TEST_F(SubscriptionEndTest, EndsAReplayFromTheBroker) {
  Side& s = job();
  append(s, 0, 40);
  end(s);
  const auto client = connect(s, from(StartRequest::Kind::earliest));
  EXPECT_EQ(client->records().size(), 41u);
  EXPECT_EQ(client->named("stream-live").size(), 1u);
  expect_end(*client, "40");
}

TEST_F(SubscriptionEndTest, IsOverForAReaderAtTheEnd) {
  Side& s = job();
  append(s, 0, 2);
  end(s);
  const auto client = connect(s, after("2"));
  EXPECT_EQ(names(*client), (Names{"stream-open", "stream-end"}));
  expect_end(*client, "2");
}

TEST_F(SubscriptionEndTest, AnnouncesAResetBeforeTheEnd) {
  Side& s = job();
  end(s);
  for (const char* id : {"garbage", "99"}) {
    SubscriptionOptions options;
    options.own_id = id;
    const auto client = connect(s, after(id), options);
    EXPECT_EQ(names(*client), (Names{"stream-open", "stream-reset", "stream-end"})) << id;
    expect_end(*client, "0");
  }
}

TEST_F(SubscriptionEndTest, EndsForAFilteredReaderThatGetsNothing) {
  Side& s = job();
  SubscriptionOptions options;
  options.filters = {FilterPtr(new StreamFilter({{0, {"mine"}}}))};
  const auto client = connect(s, from(StartRequest::Kind::live), options);
  append(s, 0, 1);
  deliver(s, *client);
  end(s);
  deliver(s, *client);
  EXPECT_TRUE(client->records().empty());
  expect_end(*client, "1");
}

TEST_F(SubscriptionEndTest, EndsWithoutControlEvents) {
  Side& s = job();
  SubscriptionOptions options;
  options.control_events = false;
  const auto client = connect(s, from(StartRequest::Kind::live), options);
  end(s);
  deliver(s, *client);
  EXPECT_EQ(names(*client), (Names{"", "stream-end"}));
  expect_end(*client, "0");
}

TEST_F(SubscriptionEndTest, EndsByARecordThatIsTooLarge) {
  TopicSettings settings;
  settings.max_event = 10;
  Side& s = job("job", 1, settings);
  const auto client = connect(s, from(StartRequest::Kind::live));
  s.broker.append(0, std::string(100, 'x'), "end");
  deliver(s, *client);
  EXPECT_EQ(names(*client), (Names{"stream-open", "stream-gap", "stream-end"}));
  expect_end(*client, "0");
}

TEST_F(SubscriptionEndTest, NamesTheEndRecordWhenMarkersFollow) {
  Side& s = job();
  const auto client = connect(s, from(StartRequest::Kind::live));
  end(s);
  s.broker.pass(0, 1);
  deliver(s, *client);
  expect_end(*client, "0");
}

TEST_F(SubscriptionEndTest, EndsAComposedStreamWhenAllLogsHave) {
  Side& a = job("a");
  Side& b = job("b");
  const StartRequest live = from(StartRequest::Kind::live);
  Client client({a.log, b.log}, {live, live}, SubscriptionOptions{.composite = true});
  settle(client);
  end(a);
  deliver(a, client);
  EXPECT_FALSE(client.finished());
  append(b, 0, 3);
  end(b);
  deliver(b, client);
  expect_end(client, "a~0~~b~3");
}

TEST_F(SubscriptionEndTest, StaysOpenBesideALogThatCannotEnd) {
  Side& a = job("a");
  Side& b = side("b");
  const StartRequest live = from(StartRequest::Kind::live);
  Client client({a.log, b.log}, {live, live}, SubscriptionOptions{.composite = true});
  settle(client);
  end(a);
  deliver(a, client);
  EXPECT_EQ(client.records(), (Names{"the end"}));
  EXPECT_FALSE(client.finished());
}

TEST_F(SubscriptionEndTest, NeverEndsALogWithSeveralPartitions) {
  Side& s = job("job", 2);
  const auto client = connect(s, from(StartRequest::Kind::live));
  end(s);
  deliver(s, *client);
  EXPECT_FALSE(client->finished());
  EXPECT_NE(s.topic.end_problem().find("has 2"), std::string::npos);
}

TEST_F(SubscriptionEndTest, GoesOnAfterALossBehindTheEndRecord) {
  Side& s = job();
  const auto client = connect(s, from(StartRequest::Kind::live));
  end(s);
  append(s, 1, 4);
  s.broker.trim(0, 3);
  deliver(s, *client);
  EXPECT_EQ(client->records(), (Names{"3"}));
  EXPECT_FALSE(client->finished());
}

TEST_F(SubscriptionEndTest, EndsWhenTheEndBecomesKnownLater) {
  Side& s = job();
  append(s, 0, 1);
  end(s);
  const auto first = connect(s, after("0"));
  expect_end(*first, "1");
  // A reader that has read everything, before the broker says that it was the end.
  s.log->topic_log().note_newest(Offset::of(0), false, Offset::of(1));
  auto second = std::make_unique<Client>(std::vector{s.log}, std::vector{after("0")});
  second->open_post();
  second->read_all();
  EXPECT_FALSE(second->finished());
  s.log->topic_log().note_newest(Offset::of(1), true, Offset::of(1));
  second->wake();
  settle(*second);
  expect_end(*second, "1");
}

}  // namespace
}  // namespace sidestream
