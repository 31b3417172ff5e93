// Which tokens are accepted, where they may stand, and what the client is told.

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"

namespace e2e {
namespace {

Config config(const std::string& more_access = {}) {
  Config config{.connectors = {"local: { embedded: {} }"},
                .access = {accept_tokens()},
                .topics = {"mine: { from: local, read: signed_in, publish: signed_in }",
                           "open: { from: local, read: anyone, publish: anyone }"}};
  if (!more_access.empty()) config.access.push_back(more_access);
  return config;
}

std::string payload(const std::string& members) { return "{" + members + "}"; }

// The status and the fault that the body names.
void expect_refused(const Response& response, const std::string& fault) {
  EXPECT_EQ(response.status, 401) << fault;
  EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer error=\"invalid_token\"") << fault;
  EXPECT_NE(response.body.find(fault), std::string::npos) << response.body;
}

// The line of the log that has all parts; empty if none comes.
std::string log_line(const Sidecar& sidecar, const std::vector<std::string>& parts) {
  std::string found;
  eventually([&] {
    std::istringstream lines(sidecar.log());
    for (std::string line; found.empty() && std::getline(lines, line);) {
      const auto has = [&](const std::string& part) { return line.find(part) != line.npos; };
      if (std::ranges::all_of(parts, has)) found = line;
    }
    return !found.empty();
  });
  return found;
}

TEST(Token, OpensAStreamAndPublishes) {
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/mine", signed_in("alice"));
  stream.control("stream-open");
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "hello", signed_in("bob")).status, 201);
  EXPECT_EQ(stream.record().data, "hello");
}

TEST(Token, IsAskedForWhereNoneIs) {
  Sidecar sidecar(config());
  for (const Headers& headers : {Headers{}, Headers{{"Authorization", "Basic YTpi"}},
                                 Headers{{"Authorization", "Bearer "}}}) {
    const Response refused = get(sidecar.streams(), "/events/mine", headers);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x").status, 401);
}

TEST(Token, IsNotLookedAtWhereAnyoneMayRead) {
  Sidecar sidecar(config());
  EventStream stream(sidecar.streams(), "/events/open", bearer("nonsense"));
  stream.control("stream-open");
  EXPECT_EQ(post(sidecar.streams(), "/events/open", "x", bearer("nonsense")).status, 201);
}

TEST(Token, IsRefusedWithTheReason) {
  Sidecar sidecar(config());
  const std::string now = std::to_string(unix_now()), later = std::to_string(unix_now() + 600);
  const auto answer = [&](const std::string& token) {
    return get(sidecar.streams(), "/events/mine", bearer(token));
  };
  const std::string whole = R"("iss":"tests","aud":"sidestream","exp":)" + later;
  expect_refused(answer("a.b"), "malformed");
  expect_refused(answer(sign_payload(payload(whole), std::string(32, 'x'))), "signature");
  expect_refused(answer(sign_payload(payload(R"("iss":"tests","aud":"sidestream","exp":)" + now))),
                 "expired");
  expect_refused(answer(sign_payload(payload(R"("iss":"tests","aud":"other","exp":)" + later))),
                 "audience");
  expect_refused(
      answer(sign_payload(payload(R"("iss":"other","aud":"sidestream","exp":)" + later))),
      "issuer");
  expect_refused(answer(sign_payload(payload(R"("iss":"tests","aud":"sidestream")"))), "no_expiry");
  expect_refused(answer(sign_payload(payload(whole + R"(,"nbf":)" + later))), "not_yet_valid");
  EXPECT_EQ(sidecar.log().find(sign_payload(payload(whole))), std::string::npos);
}

TEST(Token, StandsInACookieOrInTheQuery) {
  Sidecar sidecar(config("token_from: [{ cookie: session }, { query: ticket }]"));
  const std::string token = make_token(R"("sub":"alice")", 50);
  EventStream by_cookie(sidecar.streams(), "/events/mine", {{"Cookie", "a=b; session=" + token}});
  by_cookie.control("stream-open");
  EventStream by_query(sidecar.streams(), "/events/mine?ticket=" + token);
  by_query.control("stream-open");
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", bearer(token)).status, 401);
}

TEST(Token, ThatIsATicketDoesNotPublish) {
  Sidecar sidecar(config("token_from: [{ header: authorization }, { query: ticket }]"));
  const std::string token = make_token(R"("sub":"alice")", 50);
  expect_refused(post(sidecar.streams(), "/events/mine?ticket=" + token, "x"), "ticket_reads_only");
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x", bearer(token)).status, 201);
}

TEST(Token, ThatIsInvalidDoesNotFallThroughToTheNextSource) {
  Sidecar sidecar(config("token_from: [{ header: authorization }, { cookie: session }]"));
  const std::string good = make_token(R"("sub":"alice")");
  Headers both = bearer("a.b.c");
  both.emplace_back("Cookie", "session=" + good);
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", both).status, 401);
}

TEST(Token, GivenTwiceWithDifferentValuesIsABadRequest) {
  Sidecar sidecar(config("token_from: [{ query: ticket }, { cookie: session }]"));
  const std::string a = make_token(R"("sub":"a")", 50), b = make_token(R"("sub":"b")", 50);
  EXPECT_EQ(get(sidecar.streams(), "/events/mine?ticket=" + a + "&ticket=" + b).status, 400);
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", {{"Cookie", "session=" + a + "; session=" + b}})
                .status,
            400);
  EventStream same(sidecar.streams(), "/events/mine?ticket=" + a + "&ticket=" + a);
  same.control("stream-open");
}

TEST(Token, BesideAnotherSchemeIsABadRequest) {
  Sidecar sidecar(config());
  Headers two = signed_in("alice");
  two.push_back({"Authorization", "Basic YTpi"});
  EXPECT_EQ(get(sidecar.streams(), "/events/mine", two).status, 400);
}

TEST(Token, NamesItsPersonInLogLines) {
  const std::string rules = "{ from: local, read: { claims: { sub: bob } }, publish: signed_in }";
  for (const bool hashed : {false, true}) {
    Config of_bob = config(hashed ? "log_subject: hashed" : "");
    of_bob.topics.push_back("bobs: " + rules);
    of_bob.server = {"access_log: 1", "limits: { publishes_per_second: 1 }"};
    Sidecar sidecar(of_bob);
    EXPECT_EQ(get(sidecar.streams(), "/events/bobs", signed_in("alice")).status, 403);
    unsigned status = 201;
    for (int i = 0; i < 100 && status == 201; ++i)
      status = post(sidecar.streams(), "/events/bobs", "x", signed_in("alice")).status;
    EXPECT_EQ(status, 429);
    const std::string subject = hashed ? R"("subject":")" : R"("subject":"alice")";
    EXPECT_NE(log_line(sidecar, {"published", subject}), "");
    EXPECT_NE(log_line(sidecar, {R"("status":403)", R"("path":"/events/bobs")", subject}), "");
    EXPECT_NE(log_line(sidecar, {R"("status":429)", R"("path":"/events/bobs")", subject}), "");
    EXPECT_EQ(sidecar.log().find("alice") == std::string::npos, hashed);
  }
}

TEST(Token, InTheQueryMustBeShortLived) {
  Sidecar sidecar(config("token_from: [{ query: ticket }]"));
  expect_refused(get(sidecar.streams(), "/events/mine?ticket=" + make_token(R"("sub":"a")", 61)),
                 "ticket_lifetime");
}

TEST(Token, RefusalsCarryCorsHeaders) {
  Config with_cors = config();
  with_cors.server = {"cors: { origins: [\"https://app.example.com\"], credentials: true }"};
  Sidecar sidecar(with_cors);
  const Response refused =
      get(sidecar.streams(), "/events/mine", {{"Origin", "https://app.example.com"}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "https://app.example.com");
}

TEST(Token, IsDecidedWhenTheKeysAreThere) {
  Config away{.connectors = {"local: { embedded: {} }"},
              .access = {"tokens: [{ issuer: tests, audience: sidestream, keys: "
                         "\"http://127.0.0.1:1/keys\" }]"},
              .topics = {"mine: { from: local, read: signed_in, publish: signed_in }"}};
  Sidecar sidecar(away);
  // Of ES256, so that a key could fit.
  const std::string token =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJ0ZXN0cyIsImF1ZCI6InNpZGVzdHJlYW0iLCJleHAiOjQxMDI0NDQ4MDB9."
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EventStream stream(sidecar.streams(), "/events/mine",
                     {{"Authorization", "Bearer " + token}, {"Last-Event-ID", "7"}});
  const Event shutdown = stream.control("stream-shutdown");
  EXPECT_EQ(shutdown.field("reason"), "\"auth_unavailable\"");
  EXPECT_EQ(shutdown.id, "7");
  ASSERT_TRUE(shutdown.retry);
  EXPECT_GE(*shutdown.retry, 5'000u);
  EXPECT_LE(*shutdown.retry, 15'000u);
  EXPECT_EQ(stream.count_of("stream-open"), 0);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  EventStream unreadable(sidecar.streams(), "/events/mine",
                         {{"Authorization", "Bearer " + token}, {"Last-Event-ID", "7-1"}});
  EXPECT_FALSE(unreadable.control("stream-shutdown").id) << "an id of Redis";
  const Response publish = post(sidecar.streams(), "/events/mine", "x", bearer(token));
  EXPECT_EQ(publish.status, 503);
  EXPECT_TRUE(publish.header("Retry-After"));
  EXPECT_NE(get(sidecar.admin(), "/readyz").body.find("tests"), std::string::npos);
  const std::string reason = R"("reason":"auth_unavailable")", path = R"("path":"/events/mine")";
  EXPECT_NE(log_line(sidecar, {"stream refused", reason, R"("method":"GET")", path}), "");
  EXPECT_NE(log_line(sidecar, {"publish refused", reason, R"("method":"POST")", path}), "");
}

}  // namespace
}  // namespace e2e
