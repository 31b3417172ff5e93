#include "sidecar/stream/topic/topic_map.hpp"

#include <gtest/gtest.h>

#include "scripted_connector.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

using Segments = std::vector<std::string>;

class TopicMapTest : public testing::Test {
 protected:
  std::shared_ptr<Topic> topic(std::string name, std::string path, std::string log) {
    TopicSettings settings;
    settings.name = std::move(name);
    settings.path = std::move(path);
    settings.log = std::move(log);
    return std::make_shared<Topic>(settings, test::borrowed(broker_));
  }
  std::shared_ptr<Topic> asking(std::string path, std::string asked_at, std::string log) {
    TopicSettings settings;
    settings.name = "chat";
    settings.path = std::move(path);
    settings.log = std::move(log);
    settings.ask = AskSettings{.to = "prompts", .path = std::move(asked_at)};
    return std::make_shared<Topic>(settings, test::borrowed(broker_));
  }
  static std::string name_of(const std::optional<TopicMap::Match>& match) {
    return match ? match->topic->settings.name : "none";
  }

  ScriptedConnector broker_{1};
};

TEST_F(TopicMapTest, MatchesTheWholePathOnly) {
  const TopicMap topics({topic("orders", "/events/orders", "orders")});
  EXPECT_EQ(name_of(topics.match(Segments{"events", "orders"})), "orders");
  for (const Segments& other : {Segments{}, Segments{"events"}, Segments{"events", "orders", "x"},
                                Segments{"events", "Orders"}, Segments{"events", ""}}) {
    EXPECT_FALSE(topics.match(other));
  }
}

TEST_F(TopicMapTest, RepliesHaveParametersWithLongNames) {
  const auto chat = asking("/chat/{session_of_the_customer}/{request_of_the_customer}",
                           "/chat/{session_of_the_customer}",
                           "chat:{session_of_the_customer}:{request_of_the_customer}");
  const auto reply = TopicMap::reply_of(chat, {{"session_of_the_customer", "s1"}}, "7");
  EXPECT_EQ(reply.path, "/chat/s1/7");
  EXPECT_EQ(reply.match.log, "chat:s1:7");
  const TopicMap::Parameters both{{"session_of_the_customer", "s1"},
                                  {"request_of_the_customer", "7"}};
  EXPECT_EQ(reply.match.parameters, both);
}

TEST_F(TopicMapTest, TellsWhereQuestionsAreAskedFromReplies) {
  const TopicMap topics({asking("/{tenant}/chat/{id}", "/{tenant}/chat", "{tenant}:{id}")});
  const auto reply = topics.match(Segments{"acme", "chat", "7"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->use, TopicMap::Use::log);
  EXPECT_EQ(reply->log, "acme:7");
  const auto asked = topics.match(Segments{"acme", "chat"});
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->use, TopicMap::Use::ask);
  EXPECT_EQ(asked->log, "");
  EXPECT_EQ(topics.match(Segments{"a b", "chat"})->bad_parameter, "tenant");
  const TopicMap::Reply its_reply = TopicMap::reply_of(asked->topic, asked->parameters, "7");
  EXPECT_EQ(its_reply.path, "/acme/chat/7");
  EXPECT_EQ(its_reply.match.log, reply->log);
  EXPECT_EQ(its_reply.match.parameters, reply->parameters);
  EXPECT_EQ(its_reply.match.use, TopicMap::Use::log);
}

TEST_F(TopicMapTest, FindsNothingWithoutTopics) {
  EXPECT_FALSE(TopicMap().match(Segments{}));
  EXPECT_FALSE(TopicMap().match(Segments{"events"}));
  EXPECT_EQ(TopicMap().find("orders"), nullptr);
}

TEST_F(TopicMapTest, FillsTheLogNameFromThePath) {
  const TopicMap topics({topic("rooms", "/{tenant}/rooms/{room}", "r:{room}:{tenant}")});
  const auto match = topics.match(Segments{"acme", "rooms", "7"});
  ASSERT_TRUE(match);
  EXPECT_EQ(match->log, "r:7:acme");
  EXPECT_EQ(match->bad_parameter, "");
}

TEST_F(TopicMapTest, NamesTheFirstInvalidParameter) {
  const TopicMap topics({topic("rooms", "/{tenant}/{room}", "{tenant}:{room}")});
  const auto match = topics.match(Segments{"a b", ".."});
  ASSERT_TRUE(match);
  EXPECT_EQ(match->bad_parameter, "tenant");
  EXPECT_EQ(match->log, "");
  EXPECT_EQ(topics.match(Segments{"acme", ""})->bad_parameter, "room");
}

TEST_F(TopicMapTest, PrefersALiteralToAParameter) {
  const TopicMap topics({topic("any", "/chat/{room}", "chat:{room}"),
                         topic("odd", "/chat/a,b", "odd")});  // `a,b` is no valid value
  EXPECT_EQ(name_of(topics.match(Segments{"chat", "a,b"})), "odd");
  EXPECT_EQ(name_of(topics.match(Segments{"chat", "ab"})), "any");
}

TEST_F(TopicMapTest, TriesTheParameterWhenTheLiteralLeadsNowhere) {
  const TopicMap topics({topic("left", "/a/{x}/c", "l:{x}"), topic("right", "/{y}/b/d", "r:{y}")});
  EXPECT_EQ(name_of(topics.match(Segments{"a", "b", "c"})), "left");
  EXPECT_EQ(name_of(topics.match(Segments{"a", "b", "d"})), "right");
  EXPECT_FALSE(topics.match(Segments{"a", "b", "e"}));
}

TEST_F(TopicMapTest, SharesAPrefixBetweenParametersOfDifferentNames) {
  const TopicMap topics(
      {topic("posts", "/{user}/posts", "p:{user}"), topic("likes", "/{who}/likes", "l:{who}")});
  EXPECT_EQ(topics.match(Segments{"ann", "posts"})->log, "p:ann");
  EXPECT_EQ(topics.match(Segments{"ann", "likes"})->log, "l:ann");
}

TEST_F(TopicMapTest, FindsByNameTemplatesToo) {
  const auto rooms = topic("rooms", "/rooms/{room}", "{room}");
  const TopicMap topics({topic("orders", "/events/orders", "orders"), rooms});
  EXPECT_EQ(topics.find("rooms"), rooms);
  EXPECT_EQ(topics.find("room"), nullptr);
}

TEST_F(TopicMapTest, KeepsItsTopicsWhenCopied) {
  TopicMap copy;
  {
    const TopicMap topics({topic("orders", "/events/orders", "orders")});
    copy = topics;
  }
  EXPECT_EQ(name_of(copy.match(Segments{"events", "orders"})), "orders");
  EXPECT_TRUE(copy.find("orders"));
}

TEST_F(TopicMapTest, FindsEachOfTenThousandTopics) {
  std::vector<std::shared_ptr<Topic>> all;
  for (int i = 0; i < 5000; ++i) {
    const std::string n = std::to_string(i);
    all.push_back(topic("t" + n, "/events/t" + n, "t" + n));
    all.push_back(topic("p" + n, "/p" + n + "/{id}/x", "p" + n + ":{id}"));
  }
  const TopicMap topics(all);
  ASSERT_EQ(topics.all().size(), 10'000u);
  for (int i = 0; i < 5000; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_EQ(topics.match(Segments{"events", "t" + n})->log, "t" + n);
    ASSERT_EQ(topics.match(Segments{"p" + n, "7", "x"})->log, "p" + n + ":7");
    ASSERT_TRUE(topics.find("p" + n));
    ASSERT_FALSE(topics.match(Segments{"p" + n, "7"}));
  }
  EXPECT_FALSE(topics.match(Segments{"events", "t5000"}));
}

}  // namespace
}  // namespace sidestream
