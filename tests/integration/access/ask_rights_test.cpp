// Who may ask, cancel and read the reply.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"

namespace e2e {
namespace {

class AskRights : public testing::Test {
 protected:
  Response ask(const std::string& who, Headers headers = {}, const std::string& owner = "ann") {
    headers.push_back(signed_in(who, "\"scope\":\"chat\"").front());
    headers.emplace_back("Prefer", "respond-async");
    return post(sidecar_.streams(), "/chat/" + owner, "hello", headers);
  }
  int status(const std::string& method, const std::string& target, const Headers& headers = {}) {
    HttpConnection connection(sidecar_.streams());
    connection.send(Request{.target = target, .method = method, .headers = headers});
    return connection.receive(10s * patience, method == "HEAD").status;
  }

  Sidecar sidecar_{Config{
      .connectors = {"local: { embedded: {} }"},
      .access = {accept_tokens()},
      .topics = {"prompts: { from: local }",
                 "look: { from: local, stream: prompts, read: { claims: { sub: worker } }, "
                 "start: earliest, envelope: true }",
                 "chat: { path: \"/chat/{user}/{request}\", from: local, stream: "
                 "\"chat:{user}:{request}\", publish: { claims: { scope: chat } }, "
                 "read: { claims: { sub: \"{user}\" } }, ask: { to: prompts, path: /api/chat, "
                 "from_body: { user: json./user }, current: \"/newest/{user}\" } }"}}};
};

TEST_F(AskRights, AStreamNeedsBothToAskAndToRead) {
  EXPECT_EQ(ask("ann").status, 202);
  const auto stranger =
      post(sidecar_.streams(), "/chat/ann", "x", signed_in("bob", "\"scope\":\"chat\""));
  EXPECT_EQ(stranger.status, 403) << "may ask, but not read";
  EXPECT_EQ(post(sidecar_.streams(), "/chat/ann", "x", signed_in("ann")).status, 403)
      << "may read, but not ask";
  EXPECT_EQ(post(sidecar_.streams(), "/chat/ann", "x").status, 401);
  EventStream look(sidecar_.streams(), "/events/look", signed_in("worker"));
  const auto question = boost::json::parse(look.record().data).as_object();
  EXPECT_EQ(question.at("headers").at("subject").as_string(), "ann");
  EXPECT_TRUE(look.is_silent(300ms)) << "a refused question is not appended";
}

TEST_F(AskRights, CancelNeedsTheRightToAsk) {
  const auto location = ask("ann").header("Location").value();
  EXPECT_EQ(status("DELETE", location), 401);
  EXPECT_EQ(status("DELETE", location, signed_in("ann")), 403);
  EXPECT_EQ(status("DELETE", location, signed_in("ann", "\"scope\":\"chat\"")), 202);
}

TEST_F(AskRights, ReplyIsForThoseWhoMayReadIt) {
  const auto location = ask("ann").header("Location").value();
  EXPECT_EQ(status("HEAD", location, signed_in("ann")), 200);
  EXPECT_EQ(status("HEAD", location, signed_in("bob")), 403);
  EXPECT_EQ(status("HEAD", location), 401);
}

TEST_F(AskRights, KeysAreThePersons) {
  const Headers key{{"Idempotency-Key", "short"}};
  const auto one = ask("ann", key);
  EXPECT_EQ(one.status, 202) << "with rules nobody else can read a reply whose id is guessed";
  EXPECT_EQ(ask("ann", key).header("Location"), one.header("Location"));
  EXPECT_NE(ask("bob", key).header("Location"), one.header("Location"));
}

TEST_F(AskRights, AStrangerLearnsNothingOfTheNewestQuestion) {
  const auto expect_refusals = [&] {
    EXPECT_EQ(status("GET", "/newest/ann"), 401);
    EXPECT_EQ(status("GET", "/newest/ann", signed_in("bob", "\"scope\":\"chat\"")), 403);
    EXPECT_EQ(status("DELETE", "/newest/ann"), 401);
    EXPECT_EQ(status("DELETE", "/newest/ann", signed_in("ann")), 403);
  };
  expect_refusals();
  EXPECT_EQ(status("GET", "/newest/ann", signed_in("ann")), 204);
  const auto location = ask("ann").header("Location").value();
  expect_refusals();
  EventStream newest(sidecar_.streams(), "/newest/ann", signed_in("ann"));
  EXPECT_EQ(newest.control("stream-open").field("location"), '"' + location + '"');
}

TEST_F(AskRights, RulesHoldForParametersOfTheBody) {
  const auto ask_in_body = [&](const std::string& who) {
    return post(sidecar_.streams(), "/api/chat", R"({"user":"ann"})",
                who.empty() ? Headers{} : signed_in(who, "\"scope\":\"chat\""));
  };
  EXPECT_EQ(ask_in_body("").status, 401);
  EXPECT_EQ(ask_in_body("bob").status, 403) << "may ask, but not read what ann is answered";
}

TEST_F(AskRights, NobodyReadsTheQuestionsUnlessTheirTopicSaysSo) {
  EXPECT_EQ(status("HEAD", "/events/prompts", signed_in("ann")), 403);
}

}  // namespace
}  // namespace e2e
