// Limits by person.

#include <gtest/gtest.h>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/wait.hpp"

namespace e2e {
namespace {

Config config(const std::string& limits) {
  return {.server = {"limits: { " + limits + " }"},
          .connectors = {"local: { embedded: {} }"},
          .access = {accept_tokens()},
          .topics = {"mine: { from: local, read: signed_in, publish: signed_in }"}};
}

TEST(SubjectLimit, CountsTheStreamsOfAPerson) {
  Sidecar sidecar(config("streams_per_subject: 1"));
  EventStream first(sidecar.streams(), "/events/mine", signed_in("alice"));
  first.control("stream-open");
  EventStream second(sidecar.streams(), "/events/mine", signed_in("alice"));
  EXPECT_EQ(second.control("stream-shutdown").field("reason"), "\"limit\"");
  EventStream other(sidecar.streams(), "/events/mine", signed_in("bob"));
  other.control("stream-open");
  first.drop();
  EXPECT_TRUE(eventually([&] {
    EventStream again(sidecar.streams(), "/events/mine", signed_in("alice"));
    return again.next().name == "stream-open";
  }));
  EXPECT_GE(
      sidecar.metrics().sum("sidestream_limit_refusals_total", {"limit=\"streams_per_subject\""}),
      1);
}

TEST(SubjectLimit, CountsThePublishesOfAPerson) {
  Sidecar sidecar(config("publishes_per_second: 1"));
  const Headers alice = signed_in("alice"), bob = signed_in("bob");
  const auto publish = [&](const Headers& who) {
    return post(sidecar.streams(), "/events/mine", "x", who).status;
  };
  EXPECT_EQ(publish(alice), 201);
  EXPECT_EQ(publish(alice), 201);
  EXPECT_EQ(publish(alice), 429);
  EXPECT_EQ(publish(bob), 201);
}

TEST(SubjectLimit, IsNotUsedUpByRefusedRequests) {
  Sidecar sidecar(config("publishes_per_second: 1"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x").status, 401);
  EXPECT_EQ(post(sidecar.streams(), "/events/mine", "x", signed_in("alice")).status, 201);
}

}  // namespace
}  // namespace e2e
