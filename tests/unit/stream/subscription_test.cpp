#include "sidecar/stream/reader/subscription.hpp"

#include <gtest/gtest.h>

#include "client.hpp"
#include "scripted_connector.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

StartRequest from(StartRequest::Kind kind) {
  StartRequest request;
  request.kind = kind;
  return request;
}

StartRequest after(std::string id) {
  StartRequest request = from(StartRequest::Kind::resume);
  request.id = std::move(id);
  return request;
}

// One topic, or a second one beside it, over scripted brokers.
class SubscriptionTest : public testing::Test {
 protected:
  struct Side {
    Side(std::string name, std::size_t partitions, std::uint64_t log_bytes, ReplayPool& pool)
        : broker(partitions), topic(settings(std::move(name), log_bytes), test::borrowed(broker)) {
      log = std::make_shared<OpenLog>(test::borrowed(topic), topic.settings.name, pool, Logger());
    }
    static TopicSettings settings(std::string name, std::uint64_t log_bytes) {
      TopicSettings s;
      s.name = std::move(name);
      s.log_bytes = log_bytes;
      return s;
    }
    ScriptedConnector broker;
    Topic topic;
    std::shared_ptr<OpenLog> log;
  };

  Side& side(std::string name, std::size_t partitions = 1, std::uint64_t log_bytes = 1 << 20) {
    sides_.push_back(std::make_unique<Side>(std::move(name), partitions, log_bytes, pool_));
    return *sides_.back();
  }

  std::unique_ptr<Client> connect(Side& s, StartRequest start, SubscriptionOptions options = {}) {
    auto client =
        std::make_unique<Client>(std::vector{s.log}, std::vector{std::move(start)}, options);
    settle(*client);
    return client;
  }

  // Until broker, loop and client have nothing more to do.
  void settle(Client& client) {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto& s : sides_) busy = s->broker.answer_all() || busy;
      client.open_post();
      const auto before = client.wire.size();
      client.read_all();
      busy = busy || client.wire.size() != before;
    }
  }
  void deliver(Side& s, Client& client) {
    s.broker.deliver_all();
    client.wake();
    settle(client);
  }
  static void append(Side& s, int from_number, int to, Partition partition = 0) {
    for (int i = from_number; i < to; ++i) s.broker.append(partition, std::to_string(i));
  }
  static std::vector<std::string> numbers(int begin, int end) {
    std::vector<std::string> all;
    for (int i = begin; i < end; ++i) all.push_back(std::to_string(i));
    return all;
  }

  Memory memory_{64 << 20};
  ReplayPool pool_{memory_};
  std::vector<std::unique_ptr<Side>> sides_;
};

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

TEST_F(SubscriptionTest, MovesTheIdOnlyWithTheResetBlock) {
  Side& s = side("orders");
  append(s, 0, 10);
  const auto client = connect(s, after("500"));
  EXPECT_EQ(client->events()[0].name, "stream-open");
  EXPECT_EQ(client->events()[0].id, "");
  EXPECT_EQ(client->events()[1].name, "stream-reset");
  EXPECT_EQ(client->events()[1].id, "9");
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

// The question where to go on is of the older generation, its answer of the new one.
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
  client->open_post();    // asks where to go on
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

}  // namespace
}  // namespace sidestream
