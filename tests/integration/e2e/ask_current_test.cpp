// `ask: current`, and `path` with `from_body`: the paths that an app has already.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/e2e/ask_stage.hpp"
#include "tests/integration/e2e/end_stream.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/redis.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

std::string paths_of(const std::string& kind) {
  // Of Kafka, a topic's name has one parameter only: there are no sessions.
  return kind.starts_with("kafka") ? "path: /api/chat, current: /api/chat/stream"
                                   : "path: /api/chat, from_body: { session: json./id }, "
                                     "current: \"/api/chat/{session}/stream\"";
}

class AskCurrent : public OnBroker {
 protected:
  std::string current() const {
    return stage_.is_kafka() ? "/api/chat/stream" : "/api/chat/s1/stream";
  }
  int status(const std::string& method, const std::string& target) {
    return fetch(stage_.streams(), {.target = target, .method = method}).status;
  }
  std::string asked(const std::string& text) {
    const auto location = stage_.location(text);
    stage_.begin_reply(location);
    return location;
  }

  AskStage stage_{GetParam(), paths_of(GetParam())};
};
ON_KINDS(AskCurrent, one_of_each());

TEST_P(AskCurrent, IsNothingBeforeAQuestion) {
  const auto response = get(stage_.streams(), current());
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
  EXPECT_EQ(status("DELETE", current()), 404);
  EXPECT_EQ(status("POST", current()), 405);
}

TEST_P(AskCurrent, StreamsTheNewestFromItsBeginningWhileItRuns) {
  const auto first = asked("one");
  stage_.reply(first, "Hello", "word");
  {
    auto stream = EventStream::resume(stage_.streams(), current(), "0");
    EXPECT_EQ(stream.control("stream-open").field("location"), '"' + first + '"');
    EXPECT_EQ(stream.record().data, "Hello");
  }
  const auto second = asked("two");
  EventStream stream(stage_.streams(), current());
  EXPECT_EQ(stream.control("stream-open").field("location"), '"' + second + '"');
  stage_.reply(first, "late", "done");
  stage_.reply(second, "bye", "done");
  EXPECT_EQ(stream.record().data, "bye");
  EXPECT_EQ(stream.control("stream-end").field("reason"), "\"end\"");
  EXPECT_EQ(status("GET", current()), 204);
  const auto head = fetch(stage_.streams(), {.target = current(), .method = "HEAD"});
  EXPECT_EQ(head.header("Location"), second);
}

TEST_P(AskCurrent, DeleteCancelsTheNewest) {
  stage_.location("one");
  const auto second = stage_.location("two");
  const auto cancelled = fetch(stage_.streams(), {.target = current(), .method = "DELETE"});
  EXPECT_EQ(cancelled.status, 202);
  EXPECT_EQ(cancelled.header("Location"), second);
  const auto question = stage_.questions(3).at(2);
  EXPECT_EQ(question.at("event").as_string(), "cancel");
  EXPECT_EQ(question.at("headers").as_object().at("request").as_string(), AskStage::id_of(second));
  stage_.begin_reply(second);
  EventStream still(stage_.streams(), current());
  EXPECT_EQ(still.control("stream-open").field("location"), '"' + second + '"');
}

TEST_P(AskCurrent, IsKnownAfterARestart) {
  const auto location = asked("one");
  stage_.sidecar().kill_and_start();
  EventStream stream(stage_.streams(), current());
  EXPECT_EQ(stream.control("stream-open").field("location"), '"' + location + '"');
}

TEST_P(AskCurrent, QuestionsAreAskedAtTheOtherPathToo) {
  const Headers headers{{"Prefer", "respond-async"}, {"Idempotency-Key", "0123456789abcdef"}};
  const std::string body = R"({"id":"s1","messages":[]})";
  const auto response = post(stage_.streams(), "/api/chat", body, headers);
  EXPECT_EQ(response.status, 202) << response.body;
  const auto location = response.header("Location").value_or("");
  EXPECT_EQ(location, stage_.path() + "/" + AskStage::id_of(location));
  EXPECT_EQ(post(stage_.streams(), stage_.path(), body, headers).header("Location"), location)
      << "it is the same question wherever it is asked";
  const auto question = stage_.questions(1).at(0);
  EXPECT_EQ(question.at("value").as_string(), body);
  EXPECT_EQ(status("GET", "/api/chat"), 405);
  EXPECT_EQ(status("DELETE", "/api/chat"), 405);
}

class AskReplicas : public AskCurrent {};
ON_KINDS(AskReplicas, one_of_others());

TEST_P(AskReplicas, KnowTheNewestQuestionOfEachOther) {
  Sidecar other(stage_.config(paths_of(GetParam()), {}));
  EXPECT_EQ(get(other.streams(), current()).status, 204);
  for (const auto* text : {"one", "two"}) {
    const auto location = asked(text);
    EventStream stream(other.streams(), current());
    EXPECT_EQ(stream.control("stream-open").field("location"), '"' + location + '"');
  }
}

class AskBody : public testing::Test {
 protected:
  ~AskBody() override { redis_.process().signal(SIGCONT); }
  Response ask(const std::string& body, const Headers& headers = {}) {
    return post(stage_.streams(), "/api/chat", body, headers);
  }

  RedisServer redis_;
  AskStage stage_{make_redis_source(redis_), false, paths_of("redis")};
};

TEST_F(AskBody, RefusesABodyWithoutTheParameter) {
  for (const auto* body : {R"({})", R"({"id":null})", R"({"id":["s1"]})", R"({"id":"a b"})",
                           R"({"id":""})", R"({"id":".."})", R"([])"}) {
    const auto response = ask(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("{session}: expected")) << body;
    EXPECT_THAT(response.body, HasSubstr("at /id of the body")) << body;
  }
  EXPECT_THAT(ask("").body, HasSubstr("the body is not JSON"));
  EXPECT_THAT(ask("{\"id\":\"s1\"").body, HasSubstr("the body is not JSON"));
  stage_.questions(0);
}

TEST_F(AskBody, SessionsAreApart) {
  const Headers headers{{"Prefer", "respond-async"}};
  const auto text = ask(R"({"id":"s1"})", headers).header("Location").value_or("");
  const auto number = ask(R"({"id":42})", headers).header("Location").value_or("");
  EXPECT_THAT(text, testing::StartsWith("/chat/s1/"));
  EXPECT_THAT(number, testing::StartsWith("/chat/42/"));
  for (const auto& [session, location] : {std::pair("s1", text), std::pair("42", number)}) {
    EventStream stream(stage_.streams(), "/api/chat/" + std::string(session) + "/stream");
    EXPECT_EQ(stream.control("stream-open").field("location"), '"' + location + '"');
  }
  EXPECT_EQ(get(stage_.streams(), "/api/chat/s2/stream").status, 204);
  EXPECT_EQ(get(stage_.streams(), "/api/chat/a%20b/stream").status, 400);
}

TEST_F(AskBody, FindsTheQuestionOfASessionThatLooksLikeAnId) {
  const std::string session(26, 'a');
  const auto asked = ask(R"({"id":")" + session + R"("})", {{"Prefer", "respond-async"}});
  EventStream stream(stage_.streams(), "/api/chat/" + session + "/stream");
  EXPECT_EQ(stream.control("stream-open").field("location"),
            '"' + asked.header("Location").value_or("") + '"');
}

TEST_F(AskBody, CurrentIs503WhileTheBrokerIsAway) {
  stage_.location("one");
  redis_.process().signal(SIGSTOP);
  const auto response = get(stage_.streams(), "/api/chat/s1/stream");
  redis_.process().signal(SIGCONT);
  EXPECT_EQ(response.status, 503) << response.body;
  EXPECT_TRUE(response.has("Retry-After"));
  EXPECT_TRUE(eventually([&] {
    Socket socket(stage_.streams());
    socket.send(Request{.target = "/api/chat/s1/stream"}.text());
    std::string head;
    socket.receive(head, 1s);
    return head.starts_with("HTTP/1.1 200");
  }));
}

TEST_F(AskBody, CurrentTakesThePlaceOfAStream) {
  Config config = stage_.config(paths_of("redis"), {});
  config.server = {"max_connections: 1"};
  Sidecar narrow(config);
  {
    EventStream reader(narrow.streams(), "/events/prompts");
    reader.control("stream-open");
    EXPECT_EQ(get(narrow.streams(), "/api/chat/s1/stream").status, 503);
  }
  EXPECT_TRUE(
      eventually([&] { return get(narrow.streams(), "/api/chat/s1/stream").status == 204; }));
}

TEST_F(AskBody, ForgetsNothingWhenTheLogIsTrimmedOrRecreated) {
  const std::string current = "/api/chat/s1/stream";
  RedisClient redis(redis_.address());
  stage_.location("one");
  { EventStream stream(stage_.streams(), current); }
  redis.command({"DEL", stage_.questions_log()});
  EXPECT_EQ(get(stage_.streams(), current).status, 204) << "the questions are gone";
  const auto location = stage_.location("two");
  EventStream stream(stage_.streams(), current);
  EXPECT_EQ(stream.control("stream-open").field("location"), '"' + location + '"');
}

}  // namespace
}  // namespace e2e
