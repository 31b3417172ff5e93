// Rules of topics: who may read and publish.

#include <gtest/gtest.h>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"

namespace e2e {
namespace {

Config config() {
  return {
      .connectors = {"local: { embedded: {} }"},
      .access = {accept_tokens()},
      .topics = {
          "anyone: { from: local, read: anyone }", "nobody: { from: local, read: none }",
          "signed: { from: local, read: signed_in }",
          "admins: { from: local, read: { claims: { scope: [admin, root] } }, "
          "publish: { claims: { scope: root } } }",
          "near: { from: local, read: { peers: [\"127.0.0.1\"] } }",
          "far: { from: local, read: { peers: [\"192.0.2.1\"] } }",
          "either: { from: local, read: [{ peers: [\"192.0.2.1\"] }, { claims: { sub: alice } }] }",
          "user: { path: \"/users/{user}\", from: local, stream: users, "
          "read: { claims: { sub: \"{user}\" } } }"}};
}

class Rule : public testing::Test {
 protected:
  int status(const std::string& path, const Headers& headers = {}, const char* method = "HEAD") {
    HttpConnection connection(sidecar_.streams());
    connection.send(Request{.target = path, .method = method, .headers = headers});
    return connection.receive(10s * patience, std::string(method) == "HEAD").status;
  }
  Sidecar sidecar_{config()};
};

TEST_F(Rule, LetsInWhomItNames) {
  EXPECT_EQ(status("/events/anyone"), 200);
  EXPECT_EQ(status("/events/signed", signed_in("alice")), 200);
  EXPECT_EQ(status("/events/near"), 200);
  EXPECT_EQ(status("/events/either", signed_in("alice")), 200);
  EXPECT_EQ(status("/events/admins", signed_in("a", R"("scope":"user admin")")), 200);
  EXPECT_EQ(status("/users/alice", signed_in("alice")), 200);
}

TEST_F(Rule, RefusesOthersWith403) {
  EXPECT_EQ(status("/events/nobody", signed_in("alice")), 403);
  EXPECT_EQ(status("/events/nobody"), 403);
  EXPECT_EQ(status("/events/far"), 403);
  EXPECT_EQ(status("/events/far", signed_in("alice")), 403);
  EXPECT_EQ(status("/events/either", signed_in("bob")), 403);
  EXPECT_EQ(status("/events/admins", signed_in("a", R"("scope":"administrator")")), 403);
  EXPECT_EQ(status("/users/alice", signed_in("bob")), 403);
}

TEST_F(Rule, AsksForCredentialsWhereTheyCouldHelp) {
  EXPECT_EQ(status("/events/signed"), 401);
  EXPECT_EQ(status("/events/either"), 401);
  EXPECT_EQ(status("/users/alice"), 401);
}

TEST_F(Rule, OfPublishingIsItsOwn) {
  const auto publish = [&](const Headers& headers) {
    return post(sidecar_.streams(), "/events/admins", "x", headers).status;
  };
  EXPECT_EQ(publish(signed_in("a", R"("scope":["root"])")), 201);
  EXPECT_EQ(publish(signed_in("a", R"("scope":"admin")")), 403);
  EXPECT_EQ(publish({}), 401);
  EXPECT_EQ(post(sidecar_.streams(), "/events/signed", "x", signed_in("a")).status, 405);
}

TEST_F(Rule, OfEveryTopicOfAStreamMustHold) {
  const Headers alice = signed_in("alice");
  EXPECT_EQ(status("/events?topic=anyone&topic=signed", alice), 200);
  EXPECT_EQ(status("/events?topic=anyone&topic=signed"), 401);
  EXPECT_EQ(status("/events?topic=signed&topic=admins", alice), 403);
  EXPECT_EQ(status("/events?topic=signed&topic=nowhere", alice), 404);
}

TEST_F(Rule, IsLookedAtAfterThePath) {
  EXPECT_EQ(status("/events/unknown"), 404);
  EXPECT_EQ(status("/users/alice/more"), 404);
}

TEST(RuleWithoutAccess, NoneIsKeptFromOutside) {
  Sidecar sidecar(
      {.connectors = {"local: { embedded: {} }"},
       .topics = {"inner: { from: local, read: none, publish: true }", "open: { from: local }"}});
  EXPECT_EQ(get(sidecar.streams(), "/events/inner").status, 403);
  EXPECT_EQ(post(sidecar.streams(), "/events/inner", "x").status, 201);
  EventStream(sidecar.streams(), "/events/open").control("stream-open");
}

}  // namespace
}  // namespace e2e
