// Rights by the answer of the app, as nginx auth_request asks it.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/integration/proxy/harness/app.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

// Knows sessions by their cookie.
class Forward : public testing::Test {
 protected:
  Forward()
      : app_(listener_,
             [this](Peer& peer, const Message& request) { return serve(peer, request); }) {}

  Config config(const std::string& more = {}) const {
    return {
        .connectors = {"local: { embedded: {} }"},
        .access = {accept_tokens(), "forward: { url: \"" + listener_.url() +
                                        "/auth\", claims: { sub: x-user, tenant: x-tenant }" +
                                        more + " }"},
        .topics = {"mine: { from: local, read: signed_in, publish: signed_in, start: earliest }",
                   "tenant: { from: local, read: signed_in, publish: local, start: earliest, "
                   "only: { key: \"{claims.tenant}\" } }",
                   "open: { from: local, read: anyone }"}};
  }
  void answer(const std::string& cookie, const std::string& text) {
    const std::lock_guard lock(mutex_);
    answers_[cookie] = text;
  }
  bool serve(Peer& peer, const Message& request) {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(request.value("Cookie"));
    peer.send(found == answers_.end() ? answer_text("401 Unauthorized",
                                                    {"WWW-Authenticate: Session realm=\"app\"",
                                                     "Content-Type: text/plain"},
                                                    "who are you?")
                                      : found->second);
    return true;
  }
  static Headers cookie(const std::string& value) { return {{"Cookie", value}}; }
  static std::string person(const std::string& name) {
    return answer_text("200 OK", {"X-User: " + name, "X-Tenant: t-" + name});
  }
  // A person whose session ends then.
  static std::string until(std::int64_t seconds) {
    std::time_t time = seconds;
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
    return answer_text("200 OK", {"Content-Type: application/json"},
                       "{\"sub\":\"a\",\"expires_at\":\"" + std::string(text) + "\"}");
  }
  std::size_t asked() const { return app_.account().requests.size(); }

  std::mutex mutex_;
  std::map<std::string, std::string> answers_;
  Listener listener_{"tcp"};
  App app_;
};

TEST_F(Forward, AsksTheAppWithTheRequestsHeaders) {
  answer("s=1", person("alice"));
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/mine?x=a%20b&ticket=secret", cookie("s=1"));
  stream.control("stream-open");
  const Message question = app_.last();
  EXPECT_EQ(question.start, "GET /auth HTTP/1.1");
  EXPECT_EQ(question.value("Cookie"), "s=1");
  EXPECT_EQ(question.value("X-Forwarded-Method"), "GET");
  EXPECT_EQ(question.value("X-Forwarded-Proto"), "http");
  EXPECT_EQ(question.value("X-Forwarded-Host"), "localhost");
  EXPECT_EQ(question.value("X-Forwarded-Uri"), "/events/mine?x=a%20b&ticket=secret");
  EXPECT_EQ(question.value("X-Original-URI"), "/events/mine?x=a%20b&ticket=secret");
  EXPECT_EQ(question.value("X-Original-Method"), "GET");
  EXPECT_EQ(question.value("X-Forwarded-For"), "127.0.0.1");
}

TEST_F(Forward, PassesRefusalsOn) {
  answer("s=2",
         answer_text("403 Forbidden", {"Content-Type: application/problem+json"}, "{\"no\":1}"));
  Sidecar sidecar(config());
  const Response who = get(sidecar.streams(), "/events/mine");
  EXPECT_EQ(who.status, 401);
  EXPECT_EQ(who.body, "who are you?");
  EXPECT_EQ(who.header("WWW-Authenticate"), "Session realm=\"app\"");
  const Response no = get(sidecar.streams(), "/events/mine", cookie("s=2"));
  EXPECT_EQ(no.status, 403);
  EXPECT_EQ(no.body, "{\"no\":1}");
  EXPECT_EQ(no.header("Content-Type"), "application/problem+json");
}

TEST_F(Forward, IsNotAskedWhereATokenDecidesOrAnyoneMayRead) {
  Sidecar sidecar(config());
  EventStream(sidecar.streams(), "/events/mine", signed_in("alice")).control("stream-open");
  EventStream(sidecar.streams(), "/events/open").control("stream-open");
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", {{"Authorization", "Bearer x"}}).status, 401);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(Forward, AsksOnceForEqualQuestions) {
  answer("s=1", person("alice"));
  Sidecar sidecar(config());
  for (int i = 0; i < 5; ++i)
    EventStream(sidecar.streams(), "/events/mine", cookie("s=1")).control("stream-open");
  EXPECT_EQ(asked(), 1u);
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x", cookie("s=1")).status, 201);
  EXPECT_EQ(asked(), 2u);  // another method
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", cookie("s=9")).status, 401);
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", cookie("s=9")).status, 401);
  EXPECT_EQ(asked(), 3u);
}

TEST_F(Forward, FillsFiltersFromTheAnswer) {
  answer("s=a", person("a"));
  answer("s=j", answer_text("200 OK", {"X-Tenant: t-header", "Content-Type: application/json"},
                            R"({"tenant": ["t-a", "t-b"]})"));
  answer("s=none", answer_text("200 OK"));
  Sidecar sidecar(config());
  for (const char* key : {"t-a", "t-b", "t-c"})
    ASSERT_EQ(post(sidecar.streams(), std::string("/events/tenant?key=") + key, key).status, 201);
  EventStream one(sidecar.streams(), "/events/tenant", cookie("s=a"));
  EXPECT_EQ(one.record().data, "t-a");
  EXPECT_TRUE(one.is_silent(200ms));
  EventStream two(sidecar.streams(), "/events/tenant", cookie("s=j"));
  EXPECT_EQ(two.records(2)[1].data, "t-b");
  EXPECT_EQ(get(sidecar.streams(), "/events/tenant", cookie("s=none")).status, 403);
}

TEST_F(Forward, CannotDecideWhileTheAppFails) {
  answer("s=1", answer_text("500 Internal Server Error"));
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/mine", cookie("s=1"));
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"auth_unavailable\"");
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x", cookie("s=1")).status, 503);
  // Failures are not kept.
  answer("s=1", person("alice"));
  EventStream again(sidecar.streams(), "/events/mine", cookie("s=1"));
  again.control("stream-open");
}

TEST_F(Forward, EndsStreamsWhenTheAppSaysSo) {
  answer("s=1", person("alice"));
  answer("s=2", person("bob"));
  Sidecar sidecar(config(", recheck: 1s"));
  EventStream alice(sidecar.streams(), "/events/mine", cookie("s=1"));
  EventStream bob(sidecar.streams(), "/events/mine", cookie("s=2"));
  alice.control("stream-open");
  bob.control("stream-open");
  answer("s=1", answer_text("401 Unauthorized"));
  EXPECT_EQ(alice.control("stream-shutdown").field("reason"), "\"revoked\"");
  EXPECT_TRUE(bob.is_silent(1500ms));
}

TEST_F(Forward, EndsStreamsWhoseFilterWouldBeAnother) {
  answer("s=1", person("a"));
  Sidecar sidecar(config(", recheck: 1s"));
  EventStream stream(sidecar.streams(), "/events/tenant", cookie("s=1"));
  stream.control("stream-open");
  answer("s=1", person("b"));
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"revoked\"");
}

TEST_F(Forward, LeavesStreamsOpenForThreeQuestionsWithoutAnAnswer) {
  answer("s=1", person("alice"));
  Sidecar sidecar(config(", recheck: 1s"));
  EventStream stream(sidecar.streams(), "/events/mine", cookie("s=1"));
  stream.control("stream-open");
  answer("s=1", answer_text("503 Service Unavailable"));
  EXPECT_TRUE(stream.is_silent(1500ms));
  const Event shutdown = stream.control("stream-shutdown");
  EXPECT_EQ(shutdown.field("reason"), "\"auth_unavailable\"");
  EXPECT_GE(*shutdown.retry, 5'000u);
}

TEST_F(Forward, RightsEndWhenTheAnswerSaysSo) {
  answer("s=1", until(unix_now() + 3));
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/mine", cookie("s=1"));
  EXPECT_EQ(stream.control("stream-auth-expiring").name, "stream-auth-expiring");
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"expired\"");
}

TEST_F(Forward, AsksAgainWhenAKeptAnswerHasExpired) {
  answer("s=1", until(unix_now() + 2));
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/mine", cookie("s=1"));
  stream.control("stream-open");
  answer("s=1", until(unix_now() + 60));  // the page renews its session
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"expired\"");
  EventStream(sidecar.streams(), "/events/mine", cookie("s=1")).control("stream-open");
  EXPECT_EQ(asked(), 2u);
}

}  // namespace
}  // namespace e2e
