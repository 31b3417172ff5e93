// The log of revocations: on every replica, live and read back at the start.

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

class Revocation : public OnBroker {
 protected:
  Revocation() : source_(make_source(GetParam())), sidecar_(config()) {
    if (source_->needs_sidecar()) source_->attach(sidecar_.streams(), "/write");
    EXPECT_TRUE(eventually([&] { return status(signed_in("nobody")) == 200; }));
  }
  Config config() const {
    return {.connectors = {"b: " + source_->connector(), "local: { embedded: {} }"},
            .access = {accept_tokens(), "revocations: { from: b, " + log_key(*source_) + " }"},
            .topics = {"mine: { from: local, read: signed_in }",
                       "write: { path: /write, from: b, " + log_key(*source_) +
                           ", read: none, publish: local }"}};
  }
  int status(const Headers& headers) {
    const Response response =
        fetch(sidecar_.streams(), {.target = "/events/mine", .method = "HEAD", .headers = headers});
    return response.status;
  }
  EventStream open(const Headers& headers) {
    EventStream stream(sidecar_.streams(), "/events/mine", headers);
    stream.control("stream-open");
    return stream;
  }
  void revoke(const std::string& json) { source_->append({{.value = json}}); }

  std::unique_ptr<Source> source_;
  Sidecar sidecar_;
};
ON_KINDS(Revocation, one_of_each());

void expect_revoked(EventStream& stream) {
  const Event shutdown = stream.control("stream-shutdown", 2s * patience);
  EXPECT_EQ(shutdown.field("reason"), "\"revoked\"");
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
}

TEST_P(Revocation, EndsTheStreamsOfAPersonAndRefusesItsTokens) {
  const Headers alice = signed_in("alice"), bob = signed_in("bob");
  EventStream of_alice = open(alice), of_bob = open(bob);
  revoke(R"({"sub": "alice"})");
  expect_revoked(of_alice);
  EXPECT_EQ(status(alice), 401);
  EXPECT_EQ(status(bob), 200);
  EXPECT_TRUE(of_bob.is_silent(300ms));
}

TEST_P(Revocation, OfASessionOrATokenNamesItAlone) {
  const Headers phone = signed_in("alice", R"("sid":"phone","jti":"t1")");
  const Headers laptop = signed_in("alice", R"("sid":"laptop","jti":"t2")");
  EventStream of_phone = open(phone), of_laptop = open(laptop);
  revoke(R"({"sid": "phone"})");
  expect_revoked(of_phone);
  EXPECT_EQ(status(laptop), 200);
  revoke(R"({"sub": "alice", "jti": "t2"})");
  expect_revoked(of_laptop);
}

TEST_P(Revocation, LeavesTokensThatWereIssuedLater) {
  const std::int64_t now = unix_now();
  revoke(R"({"sub": "alice", "before": )" + std::to_string(now - 100) + "}");
  const auto issued = [&](std::int64_t at) {
    return Headers{
        {"Authorization",
         "Bearer " +
             sign_payload(R"({"iss":"tests","aud":"sidestream","sub":"alice","exp":)" +
                          std::to_string(now + 600) + R"(,"iat":)" + std::to_string(at) + "}")}};
  };
  EXPECT_TRUE(eventually([&] { return status(issued(now - 100)) == 401; }));
  EXPECT_EQ(status(issued(now - 99)), 200);
}

TEST_P(Revocation, IsReadBackAfterARestart) {
  if (GetParam() == "embedded") GTEST_SKIP() << "a log in memory ends with its process";
  const Headers alice = signed_in("alice");
  revoke(R"({"sub": "alice"})");
  EXPECT_TRUE(eventually([&] { return status(alice) == 401; }));
  sidecar_.kill_and_start();
  EXPECT_TRUE(eventually([&] { return status(signed_in("bob")) == 200; }));
  EXPECT_EQ(status(alice), 401);
}

TEST_P(Revocation, IsReadFromALogThatWasRecreated) {
  if (GetParam() == "embedded") GTEST_SKIP() << "a log in memory ends with its process";
  const Headers alice = signed_in("alice"), bob = signed_in("bob");
  revoke(R"({"sub": "alice"})");
  EXPECT_TRUE(eventually([&] { return status(alice) == 401; }));
  source_->recreate();
  EXPECT_TRUE(eventually([&] { return sidecar_.log().find("was recreated") != std::string::npos; },
                         30s * patience));
  revoke(R"({"sub": "bob"})");
  EXPECT_TRUE(eventually([&] { return status(bob) == 401; }));
  EXPECT_EQ(status(alice), 401) << "what was read stays in force";
  EXPECT_TRUE(eventually([&] {
    return get(sidecar_.admin(), "/readyz").body.find(R"("revocations":"ok")") != std::string::npos;
  }));
}

TEST_P(Revocation, IsCountedAndSkippedWhereItIsNone) {
  for (const char* json : {"x", "{}", R"({"sub": ""})", R"({"sub": "a", "before": "now"})"})
    revoke(json);
  revoke(R"({"sub": "alice"})");
  EXPECT_TRUE(eventually([&] { return status(signed_in("alice")) == 401; }));
  EXPECT_EQ(sidecar_.metrics().sum("sidestream_access_revocations_total", {"result=\"invalid\""}),
            4);
}

TEST_P(Revocation, IsAppendedByTheAdminPort) {
  EventStream of_alice = open(signed_in("alice"));
  const auto revoke_at = [&](const std::string& json) {
    return post(sidecar_.admin(), "/access/revoke", json);
  };
  EXPECT_EQ(revoke_at("{}").status, 400);
  const Response misspelled = revoke_at(R"({"sub": "alice", "session": "s1"})");
  EXPECT_EQ(misspelled.status, 400);
  EXPECT_NE(misspelled.body.find("session"), std::string::npos) << misspelled.body;
  const Response done = revoke_at(R"({"sub": "alice"})");
  EXPECT_EQ(done.status, 201);
  EXPECT_NE(done.body.find("\"id\""), std::string::npos);
  expect_revoked(of_alice);
  EXPECT_EQ(get(sidecar_.admin(), "/access/revoke").status, 405);
}

TEST(RevocationWithoutLog, HasNoPageOnTheAdminPort) {
  Sidecar sidecar({.connectors = {"local: { embedded: {} }"},
                   .access = {accept_tokens()},
                   .topics = {"mine: { from: local, read: signed_in }"}});
  EXPECT_EQ(post(sidecar.admin(), "/access/revoke", R"({"sub": "a"})").status, 404);
}

TEST(RevocationWithoutBroker, MakesTokensUndecided) {
  Sidecar sidecar({.connectors = {"away: { redis: { url: \"redis://127.0.0.1:1\" } }",
                                  "local: { embedded: {} }"},
                   .access = {accept_tokens(), "revocations: { from: away, stream: revoked }"},
                   .topics = {"mine: { from: local, read: signed_in }",
                              "open: { from: local, read: anyone }"}});
  EventStream stream(sidecar.streams(), "/events/mine", signed_in("alice"));
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"auth_unavailable\"");
  EventStream(sidecar.streams(), "/events/open").control("stream-open");
}

}  // namespace
}  // namespace e2e
