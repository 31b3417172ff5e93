// Rights end: with the token, or with the lifetime of a stream that a ticket has opened.

#include <gtest/gtest.h>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

Config config(const std::string& more_access = {}) {
  Config config{.connectors = {"local: { embedded: {} }"},
                .access = {accept_tokens()},
                .topics = {"mine: { from: local, read: signed_in, publish: anyone, "
                           "control_events: false }"}};
  if (!more_access.empty()) config.access.push_back(more_access);
  return config;
}

TEST(Expiry, IsAnnouncedAndEndsTheStream) {
  Sidecar sidecar(config());
  const std::int64_t begun = unix_now();
  EventStream stream(sidecar.streams(), "/events/mine", signed_in("alice", {}, 4));
  const Event expiring = stream.next();
  EXPECT_EQ(expiring.name, "stream-auth-expiring");
  EXPECT_NE(expiring.field("expires_at").find("Z"), std::string::npos);
  ASSERT_EQ(post(sidecar.streams(), "/events/mine", "x").status, 201);
  EXPECT_EQ(stream.record().data, "x");
  const Event shutdown = stream.control("stream-shutdown");
  EXPECT_EQ(shutdown.field("reason"), "\"expired\"");
  EXPECT_TRUE(shutdown.id);
  EXPECT_TRUE(shutdown.retry);
  EXPECT_GE(unix_now(), begun + 4);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  EXPECT_TRUE(eventually([&] {
    return sidecar.metrics().sum("sidestream_streams_closed_total", {"reason=\"expired\""}) == 1;
  }));
}

TEST(Expiry, ComesWithTheLeeway) {
  Config late = config();
  late.access = {accept_tokens(", leeway: 3s")};
  Sidecar sidecar(late);
  const std::int64_t begun = unix_now();
  EventStream stream(sidecar.streams(), "/events/mine", signed_in("alice", {}, 1));
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"expired\"");
  EXPECT_GE(unix_now(), begun + 4);
}

TEST(Expiry, OfATicketDoesNotEndItsStream) {
  Sidecar sidecar(config("token_from: [{ query: ticket }]"));
  EventStream stream(sidecar.streams(), "/events/mine?ticket=" + make_token(R"("sub":"a")", 2));
  EXPECT_FALSE(stream.maybe_next(4s));
  EXPECT_EQ(stream.end(), EventStream::End::open);
}

TEST(Expiry, OfATicketsStreamIsItsLifetime) {
  Config short_lived = config("token_from: [{ query: ticket }]");
  short_lived.access.push_back("stream_lifetime: 2s");
  Sidecar sidecar(short_lived);
  EventStream stream(sidecar.streams(), "/events/mine?ticket=" + make_token(R"("sub":"a")", 50));
  EXPECT_EQ(stream.next().name, "stream-auth-expiring");
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"expired\"");
}

TEST(Expiry, OfATicketsStreamIsWhatTheTokenSays) {
  Sidecar sidecar(config("token_from: [{ query: ticket }]"));
  const std::string token =
      make_token(R"("sub":"a","stream_exp":)" + std::to_string(unix_now() + 3), 50);
  EventStream stream(sidecar.streams(), "/events/mine?ticket=" + token);
  EXPECT_EQ(stream.next().name, "stream-auth-expiring");
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"expired\"");
}

}  // namespace
}  // namespace e2e
