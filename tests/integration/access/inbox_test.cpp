// One topic for everybody, of which each person gets her own records: on each broker, live and
// replayed.

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Inbox : public OnBroker {
 protected:
  Inbox() : source_(make_source(GetParam())), sidecar_(config()) {
    if (source_->needs_sidecar()) source_->attach(sidecar_.streams(), "/write");
  }
  Config config() const {
    return {.connectors = {"b: " + source_->connector()},
            .access = {accept_tokens()},
            .topics = {"inbox: { path: \"/users/{user}/inbox\", from: b, " + log_key(*source_) +
                           ", read: { claims: { sub: \"{user}\" } }, only: { key: \"{user}\" } }",
                       "write: { path: /write, from: b, " + log_key(*source_) +
                           ", read: none, publish: local }"}};
  }
  EventStream open(const std::string& user, const std::string& query = {}) {
    return {sidecar_.streams(), "/users/" + user + "/inbox" + query, signed_in(user)};
  }
  std::string append(const std::string& user, const std::string& value) {
    return source_->append({{.value = value, .key = user}})[0];
  }

  std::unique_ptr<Source> source_;
  Sidecar sidecar_;
};
ON_KINDS(Inbox, one_of_each());

TEST_P(Inbox, HasTheRecordsOfItsPersonAlone) {
  EventStream alice = open("alice"), bob = open("bob");
  alice.control("stream-open");
  bob.control("stream-open");
  append("bob", "b1");
  append("alice", "a1");
  append("carol", "c1");
  append("bob", "b2");
  append("alice", "a2");
  EXPECT_EQ(alice.record().data, "a1");
  EXPECT_EQ(alice.record().data, "a2");
  EXPECT_EQ(bob.record().data, "b1");
  EXPECT_EQ(bob.record().data, "b2");
  EXPECT_TRUE(alice.is_silent(300ms));
}

TEST_P(Inbox, HasThemFromTheLogAsWell) {
  for (int i = 0; i < 20; ++i) append(i % 4 == 0 ? "alice" : "bob", std::to_string(i));
  EventStream alice = open("alice", "?from=earliest");
  const Event catch_up = alice.control("stream-catch-up");
  EXPECT_EQ(catch_up.field("records"), "null");
  for (const char* value : {"0", "4", "8", "12", "16"}) EXPECT_EQ(alice.record().data, value);
  EXPECT_TRUE(alice.is_silent(300ms));
}

TEST_P(Inbox, ResumesFromAnIdThatGrantsNothing) {
  append("alice", "a1");
  const std::string id = append("bob", "b1");
  append("alice", "a2");
  append("bob", "b2");
  EventStream alice(sidecar_.streams(), "/users/alice/inbox", [&] {
    Headers headers = signed_in("alice");
    headers.emplace_back("Last-Event-ID", id);
    return headers;
  }());
  EXPECT_EQ(alice.record().data, "a2");
  EXPECT_TRUE(alice.is_silent(300ms));
}

TEST_P(Inbox, GivesTheNewestOfItsPersonByTail) {
  for (int i = 0; i < 30; ++i) append(i % 10 == 0 ? "alice" : "bob", std::to_string(i));
  EventStream alice = open("alice", "?tail=2");
  EXPECT_EQ(alice.record().data, "10");
  EXPECT_EQ(alice.record().data, "20");
  EXPECT_TRUE(alice.is_silent(300ms));
}

TEST_P(Inbox, MovesItsPositionWhileNothingMatches) {
  EventStream alice = open("alice", "?heartbeat=1s");
  alice.control("stream-open");
  append("bob", "b1");
  const std::string last = append("bob", "b2");
  const Event cursor = alice.control("stream-cursor");
  EXPECT_EQ(cursor.data, "{}");
  EventStream again(sidecar_.streams(), "/users/alice/inbox", [&] {
    Headers headers = signed_in("alice");
    headers.emplace_back("Last-Event-ID", *cursor.id);
    return headers;
  }());
  again.control("stream-open");
  append("alice", "a1");
  EXPECT_EQ(again.record().data, "a1");
  EXPECT_EQ(alice.record().data, "a1");
}

}  // namespace
}  // namespace e2e
