// `ask:`: a POST appends a question, and the answer is the stream of its reply.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/e2e/ask_stage.hpp"
#include "tests/integration/e2e/end_stream.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const char* const id_pattern = "[a-z2-7]{26}";
const Headers with_key{{"Idempotency-Key", "0123456789abcdef"}};

class Ask : public OnBroker {
 protected:
  // The POST that streams. Returns what has come until `wanted`.
  std::string ask_and_read(const std::string& wanted) {
    socket_ = Socket(stage_.streams());
    socket_.send(Request{.target = stage_.path(),
                         .method = "POST",
                         .headers = {{"Origin", "https://app.example"}},
                         .body = "hello"}
                     .text());
    return read_on(wanted);
  }
  std::string read_on(const std::string& wanted) {
    EXPECT_TRUE(eventually([&] {
      socket_.receive(received_, 50ms);
      return received_.find(wanted) != std::string::npos;
    })) << received_;
    return received_;
  }
  int status(const std::string& method, const std::string& target) {
    return fetch(stage_.streams(), {.target = target, .method = method}).status;
  }

  AskStage stage_{GetParam()};
  Socket socket_;
  std::string received_;
};
ON_KINDS(Ask, one_of_each());

TEST_P(Ask, TopicsTellWhereQuestionsAreAsked) {
  const auto answer = get(stage_.sidecar().admin(), "/topics");
  const auto page = boost::json::parse(answer.body).as_object();
  std::string asked;
  for (const auto& topic : page.at("topics").as_array()) {
    const auto& ask = topic.at("ask");
    if (topic.at("name") == "chat")
      asked = ask.as_string();
    else
      EXPECT_TRUE(ask.is_null()) << topic;
  }
  EXPECT_EQ(asked, stage_.is_kafka() ? "/chat" : "/chat/{session}");
}

TEST_P(Ask, AppendsTheBodyWithItsFields) {
  const auto response = stage_.ask("a \"question\"\r\n", {{"Content-Type", "text/x-prompt"}});
  EXPECT_EQ(response.status, 202);
  const auto location = response.header("Location").value();
  const auto id = AskStage::id_of(location);
  EXPECT_THAT(id, MatchesRegex(id_pattern));
  EXPECT_EQ(location, stage_.path() + "/" + id);
  const auto body = boost::json::parse(response.body).as_object();
  EXPECT_EQ(body.at("request").as_string(), id);
  EXPECT_EQ(body.at("location").as_string(), location);

  const auto question = stage_.questions(1).at(0);
  EXPECT_EQ(question.at("event").as_string(), "ask");
  EXPECT_EQ(question.at("value").as_string(), "a \"question\"\r\n");
  const auto& fields = question.at("headers").as_object();
  EXPECT_EQ(fields.at("request").as_string(), id);
  EXPECT_EQ(fields.at("reply_to").as_string(), stage_.log_of(location));
  EXPECT_EQ(fields.at("content_type").as_string(), "text/x-prompt");
  EXPECT_FALSE(fields.contains("subject"));
  if (stage_.is_kafka()) {
    EXPECT_EQ(question.at("key").as_string(), id);
  } else {
    EXPECT_EQ(fields.at("param.session").as_string(), "s1");
  }
}

TEST_P(Ask, AnswersWithTheStreamOfTheReply) {
  const std::string head = ask_and_read("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(head, HasSubstr("Access-Control-Expose-Headers: location, last-event-id\r\n"));
  const auto at = head.find("Location: ") + 10;
  const auto location = head.substr(at, head.find('\r', at) - at);
  stage_.begin_reply(location);
  read_on("\"location\":\"" + location + "\"");
  stage_.reply(location, "Hello", "word");
  read_on("data: Hello\n");
  stage_.reply(location, "bye", "done");
  EXPECT_THAT(read_on("0\r\n\r\n"), HasSubstr("event: stream-end\ndata: {\"reason\":\"end\"}\n"));
}

TEST_P(Ask, ReplyIsAStreamLikeAnyOther) {
  const auto location = stage_.location("hello");
  stage_.begin_reply(location);
  stage_.reply(location, "one", "word");
  EventStream stream(stage_.streams(), location);
  EXPECT_EQ(stream.control("stream-open").field("location"), '"' + location + '"');
  const auto first = stream.record();
  EXPECT_EQ(first.data, "one");
  stage_.reply(location, "two", "word");
  stage_.reply(location, "end", "done");
  EXPECT_EQ(stream.record().data, "two");

  auto resumed = EventStream::resume(stage_.streams(), location, *first.id);
  EXPECT_EQ(resumed.record().data, "two");
  const auto last = resumed.record();
  EXPECT_EQ(last.name, "done");
  EventStream second_tab(stage_.streams(), location);
  Names names = names_of(rest_of(second_tab));
  // It is live before the last record where its event loop has not seen that yet.
  EXPECT_EQ(std::erase(names, "stream-live"), 1u);
  EXPECT_EQ(names, (Names{"stream-open", "stream-catch-up", "word", "word", "done", "stream-end"}));
  EXPECT_EQ(get(stage_.streams(), location, {{"Last-Event-ID", *last.id}}).status, 204);
}

TEST_P(Ask, TheSameKeyAsksOnce) {
  const auto location = stage_.location("hello", with_key);
  EXPECT_EQ(stage_.location("hello", with_key), location);
  EXPECT_EQ(stage_.questions(1).at(0).at("value").as_string(), "hello");
  const auto other = stage_.ask("another", with_key);
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_THAT(other.body, HasSubstr("another body"));
  EXPECT_NE(stage_.location("hello", {{"Idempotency-Key", "fedcba9876543210"}}), location);
  stage_.questions(2);
  const auto metrics = stage_.sidecar().metrics();
  EXPECT_EQ(metrics.sum("sidestream_repeated_questions_total", {"topic=\"chat\""}), 1);
}

TEST_P(Ask, DisconnectCancelsNothingAndDeleteDoes) {
  const auto location = stage_.location("hello");
  { EventStream stream(stage_.streams(), location); }
  stage_.questions(1);
  const auto cancelled = fetch(stage_.streams(), {.target = location, .method = "DELETE"});
  EXPECT_EQ(cancelled.status, 202);
  const auto question = stage_.questions(2).at(1);
  EXPECT_EQ(question.at("event").as_string(), "cancel");
  EXPECT_EQ(question.at("value").as_string(), "");
  const auto& fields = question.at("headers").as_object();
  EXPECT_EQ(fields.at("request").as_string(), AskStage::id_of(location));
  EXPECT_EQ(fields.at("reply_to").as_string(), stage_.log_of(location));
  EXPECT_EQ(
      stage_.sidecar().metrics().sum("sidestream_cancelled_questions_total", {"topic=\"chat\""}),
      1);
}

TEST_P(Ask, NobodyForgesReplies) {
  const auto location = stage_.location("hello");
  EXPECT_EQ(status("POST", location), 405);
  EXPECT_EQ(status("PUT", location), 405);
  EXPECT_EQ(status("GET", stage_.path()), 405);
  EXPECT_EQ(status("DELETE", stage_.path()), 405);
  EXPECT_EQ(status("DELETE", stage_.path() + "/no-question"), 404);
  stage_.questions(1);
}

TEST_P(Ask, RefusesKeysThatAreNoneOrEasyToGuess) {
  for (const auto* key : {"", "short", "with blank in it and long", "\xC3\xA4 not ASCII"}) {
    EXPECT_EQ(stage_.ask("x", {{"Idempotency-Key", key}}).status, 400) << key;
  }
  EXPECT_EQ(stage_.ask("x", {{"Idempotency-Key", std::string(256, 'k')}}).status, 400);
  EXPECT_EQ(stage_.ask("x", {{"Idempotency-Key", std::string(255, 'k')}}).status, 202);
  stage_.questions(1);
}

TEST_P(Ask, PreflightsAllowWhatClientsNeed) {
  const auto answer = fetch(
      stage_.streams(),
      {.target = stage_.path(),
       .method = "OPTIONS",
       .headers = {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET, POST, DELETE");
  EXPECT_THAT(answer.header("Access-Control-Allow-Headers").value(),
              HasSubstr("idempotency-key, prefer"));
}

TEST_P(Ask, LimitsTheBody) {
  AskStage stage(GetParam(), {}, "max_event: 100B");
  EXPECT_EQ(stage.ask(std::string(101, 'x')).status, 413);
  EXPECT_EQ(stage.ask(std::string(100, 'x')).status, 202);
}

class AskTimeout : public OnBroker {};
ON_KINDS(AskTimeout, one_of_each());

TEST_P(AskTimeout, EndsAStreamWithoutAnAnswer) {
  AskStage stage(GetParam(), "timeout: 1s", "heartbeat: 500ms");
  const auto location = stage.location("hello");
  stage.begin_reply(location);
  EventStream unanswered(stage.streams(), location);
  const auto events = rest_of(unanswered);
  ASSERT_EQ(names_of(events), (Names{"stream-open", "stream-end"}));
  EXPECT_EQ(events.back().field("reason"), "\"timeout\"");
  EXPECT_TRUE(events.back().id);

  auto waiting = EventStream::resume(stage.streams(), location, *events.back().id);
  stage.reply(location, "one", "word");
  EXPECT_EQ(waiting.record().data, "one");
  EXPECT_TRUE(waiting.is_silent(3s)) << "a reply under way is not cut";
  EXPECT_EQ(waiting.end(), EventStream::End::open);
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_ends_total", {"reason=\"timeout\""}), 1);
}

}  // namespace
}  // namespace e2e
