// `only:` and `filters:` by each kind of field.

#include <gtest/gtest.h>

#include "tests/integration/access/harness/hs256.hpp"
#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/redis.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {
namespace {

Config config(const std::string& topic) {
  return {.connectors = {"local: { embedded: {} }"},
          .topics = {"t: { from: local, publish: true, start: earliest" + topic + " }"}};
}

void publish(Sidecar& sidecar, const std::string& value, const std::string& query = {}) {
  ASSERT_EQ(post(sidecar.streams(), "/events/t" + query, value).status, 201);
}

TEST(Filter, ByAQueryParameterNarrowsTheStream) {
  Sidecar sidecar(config(", filters: { region: json./region, level: json./level }"));
  publish(sidecar, R"({"region":"eu","level":1})");
  publish(sidecar, R"({"region":"us","level":1})");
  publish(sidecar, R"({"region":"asia","level":2})");
  publish(sidecar, R"({"region":null,"level":1})");
  publish(sidecar, "eu");
  EventStream two(sidecar.streams(), "/events/t?region=eu&region=us");
  EXPECT_EQ(two.record().data, R"({"region":"eu","level":1})");
  EXPECT_EQ(two.record().data, R"({"region":"us","level":1})");
  EXPECT_TRUE(two.is_silent(300ms));
  EventStream both(sidecar.streams(), "/events/t?region=eu&region=asia&level=2");
  EXPECT_EQ(both.record().data, R"({"region":"asia","level":2})");
  EventStream all(sidecar.streams(), "/events/t?other=x");
  EXPECT_EQ(all.records(5).back().data, "eu");
}

TEST(Filter, WithAnEmptyValueIsABadRequest) {
  Sidecar sidecar(config(", filters: { region: json./region }"));
  EXPECT_EQ(get(sidecar.streams(), "/events/t?region=").status, 400);
}

TEST(Filter, HoldsLiveAsWell) {
  Sidecar sidecar(config(", filters: { k: key, e: event }"));
  EventStream a(sidecar.streams(), "/events/t?k=a"), e(sidecar.streams(), "/events/t?e=note");
  a.control("stream-open");
  e.control("stream-open");
  publish(sidecar, "1", "?key=a");
  publish(sidecar, "2", "?key=b&event=note");
  publish(sidecar, "3", "?key=a&event=note");
  publish(sidecar, "4");
  EXPECT_EQ(a.record().data, "1");
  EXPECT_EQ(a.record().data, "3");
  EXPECT_EQ(e.record().data, "2");
  EXPECT_EQ(e.record().data, "3");
  EXPECT_TRUE(a.is_silent(300ms));
}

TEST(Filter, OnlyCannotBeWidenedByTheQuery) {
  Sidecar sidecar(config(", only: { key: [a, b] }, filters: { k: key }"));
  publish(sidecar, "1", "?key=a");
  publish(sidecar, "2", "?key=b");
  publish(sidecar, "3", "?key=c");
  EventStream a(sidecar.streams(), "/events/t?k=b&k=c");
  EXPECT_EQ(a.record().data, "2");
  EXPECT_TRUE(a.is_silent(300ms));
}

TEST(Filter, ByTheKeyOfARedisTopicFindsWhatWasPublished) {
  Sidecar sidecar(
      {.connectors = {"b: { redis: { url: \"" + shared_redis().url() + "\" } }"},
       .topics = {"t: { from: b, stream: \"" + unique_name("key") +
                  "\", key: user, publish: true, start: earliest, filters: { k: key } }"}});
  publish(sidecar, "1", "?key=alice");
  publish(sidecar, "2", "?key=bob");
  EventStream bob(sidecar.streams(), "/events/t?k=bob");
  EXPECT_EQ(bob.record().data, "2");
}

TEST(Filter, OfRedisLooksIntoTheFieldsOfTheEntry) {
  const std::string stream = unique_name("filter");
  Sidecar sidecar({.connectors = {"b: { redis: { url: \"" + shared_redis().url() + "\" } }"},
                   .topics = {"t: { from: b, stream: \"" + stream +
                              "\", key: user, start: earliest, filters: { user: key, "
                              "tenant: header.tenant, city: json./city } }"}});
  RedisClient redis(shared_redis().address());
  redis.command({"XADD", stream, "*", "user", "alice", "tenant", "t1", "city", "Rome"});
  redis.command({"XADD", stream, "*", "user", "bob", "tenant", "t1", "data", R"({"city":"Oslo"})"});
  EventStream alice(sidecar.streams(), "/events/t?user=alice");
  EXPECT_NE(alice.record().data.find("Rome"), std::string::npos);
  EventStream rome(sidecar.streams(), "/events/t?city=Rome");
  EXPECT_NE(rome.record().data.find("alice"), std::string::npos);
  EventStream oslo(sidecar.streams(), "/events/t?city=Oslo&tenant=t1");
  EXPECT_EQ(oslo.record().data, R"({"city":"Oslo"})");
}

}  // namespace
}  // namespace e2e
