// The answer to a stream request: what browsers, proxies and old clients need to see.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class Handshake : public OnBroker {};
ON_EVERY_BROKER(Handshake);

TEST_P(Handshake, SendsTheHeadersThatClientsAndProxiesNeed) {
  Stage stage(GetParam());
  const auto head = stage.open().head();
  EXPECT_EQ(head.version, "HTTP/1.1");
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(head.header("Cache-Control"), "no-cache, no-transform");
  EXPECT_EQ(head.header("X-Accel-Buffering"), "no");
  EXPECT_EQ(head.header("Transfer-Encoding"), "chunked");
  for (const auto* absent : {"Content-Length", "Connection", "Keep-Alive", "Content-Encoding",
                             "Access-Control-Allow-Origin"}) {
    EXPECT_FALSE(head.has(absent)) << absent;
  }
}

TEST_P(Handshake, SendsTheSameHeadOnTheAdminPort) {
  Stage stage(GetParam(), {.server = {"console: true"}});
  const auto head = EventStream(stage.sidecar().admin(), Stage::path).head();
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(head.header("Cache-Control"), "no-cache, no-transform") << "not no-store";
}

TEST_P(Handshake, SendsStreamOpenImmediately) {
  Stage stage(GetParam());
  stage.append(3);
  stage.live();  // the first reader starts the topic's tail
  std::vector<Clock::duration> waits;
  for (int i = 0; i < 15; ++i) {
    const auto asked = Clock::now();
    auto stream = stage.open();
    const auto open = stream.next();
    waits.push_back(open.at - asked);
    ASSERT_EQ(open.name, "stream-open");
    EXPECT_TRUE(open.retry);
    EXPECT_EQ(open.field("topic"), "\"t\"");
    EXPECT_EQ(open.field("start"), "\"live\"");
    EXPECT_EQ(open.id, stage.id_after(3));
  }
  std::nth_element(waits.begin(), waits.begin() + 7, waits.end());
  EXPECT_LT(waits[7], 50ms * patience);
}

TEST_P(Handshake, OpensAnEmptyLogWithTheIdBeforeItsFirstRecord) {
  Stage stage(GetParam());
  auto stream = stage.open();
  const auto id = stream.next().id.value();
  EXPECT_TRUE(well_formed_id(id));
  if (GetParam() != "embedded") {
    EXPECT_EQ(id, stage.source().id_before_all());
  }
  stream.drop();
  stage.append(2);
  auto again = stage.resume(id);
  Ledger(stage.partitions()).read(again, stage.written());
}

TEST(HandshakeForm, IgnoresAcceptAndAcceptEncoding) {
  Stage stage("embedded");
  for (const Headers& headers :
       {Headers{}, Headers{{"Accept", "*/*"}}, Headers{{"Accept", "text/event-stream;q=0.9"}},
        Headers{{"Accept", "application/json"}},
        Headers{{"Accept-Encoding", "gzip, br"}, {"Accept", "text/event-stream"}}}) {
    auto stream = stage.open("", headers);
    stream.control("stream-open");
    EXPECT_FALSE(stream.head().has("Content-Encoding"));
    stage.append_value("x");
    EXPECT_EQ(stream.record().data, "x");
  }
}

TEST(HandshakeForm, IgnoresUnknownQueryParameters) {
  Stage stage("embedded");
  auto stream = stage.open("stream=1&padding=true&_=1700000000&evs_preamble=2056&x&=&&a=%20");
  stream.control("stream-open");
  stage.append_value("x");
  EXPECT_EQ(stream.record().data, "x");
}

TEST(HandshakeForm, SpreadsRetryOverTheConfiguredRange) {
  Stage stage("embedded", {.server = {"retry: 1s..3s"}});
  std::multiset<std::uint32_t> delays;
  for (int i = 0; i < 300; ++i) delays.insert(stage.open().next().retry.value());
  EXPECT_GE(*delays.begin(), 1000u);
  EXPECT_LE(*delays.rbegin(), 3000u);
  EXPECT_LT(*delays.begin(), 1200u);
  EXPECT_GT(*delays.rbegin(), 2800u);
  EXPECT_GT(std::set<std::uint32_t>(delays.begin(), delays.end()).size(), 100u);
}

TEST(HandshakeForm, SendsHttp10ABodyWithoutChunks) {
  Stage stage("embedded", {.server = {"drain: 500ms"}});
  EventStream stream(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.0");
  EXPECT_FALSE(stream.head().has("Transfer-Encoding"));
  EXPECT_FALSE(stream.head().has("Content-Length"));
  stream.control("stream-open");
  stage.append_value("x");
  EXPECT_EQ(stream.record().data, "x");
  stage.sidecar().terminate();
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  EXPECT_EQ(stream.control("stream-shutdown").field("reason"), "\"drain\"");
}

TEST(HandshakeForm, AnswersUnknownPathsWith404) {
  Stage stage("embedded");
  for (const auto* target : {"/", "/events", "/events/", "/events/nope", "/events/t/",
                             "/events/t/x", "/events/T", "/nope?topic=t", "/events?topic=nope"}) {
    const auto response = get(stage.sidecar().streams(), target);
    EXPECT_GE(response.status, 400) << target;
    EXPECT_LT(response.status, 500) << target;
    EXPECT_THAT(response.header("Content-Type").value_or(""), HasSubstr("application/json"))
        << target;
    EXPECT_LT(response.body.size(), 1000u);
  }
  EXPECT_EQ(get(stage.sidecar().streams(), "/events/nope").status, 404);
  EXPECT_EQ(get(stage.sidecar().streams(), "/events?topic=nope").status, 404);
}

TEST(HandshakeForm, AnswersWrongMethodsWith405AndAllow) {
  Stage stage("embedded");  // the topic takes POST
  for (const auto* method : {"PUT", "DELETE", "PATCH"}) {
    const auto response =
        fetch(stage.sidecar().streams(), {.target = Stage::path, .method = method, .body = "x"});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_THAT(response.header("Allow").value_or(""), HasSubstr("GET"));
    EXPECT_THAT(response.header("Allow").value_or(""), HasSubstr("POST"));
  }
}

TEST(RedisHandshake, AnswersPostWith405WithoutPublish) {
  Stage read_only("redis");
  const auto response = post(read_only.sidecar().streams(), Stage::path, "x");
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.header("Allow").value_or(""), HasSubstr("GET"));
  EXPECT_THAT(response.header("Allow").value_or(""), testing::Not(HasSubstr("POST")));
}

TEST(HandshakeForm, AnswersAnH2cUpgradeInHttp11) {
  Stage stage("embedded");
  auto stream = stage.open("", {{"Connection", "Upgrade, HTTP2-Settings"},
                                {"Upgrade", "h2c"},
                                {"HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"}});
  stream.control("stream-open");
}

TEST(HandshakeForm, SendsNoBodyForHead) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  const auto response = connection.exchange({.target = Stage::path, .method = "HEAD"});
  EXPECT_TRUE(response.status == 200 || response.status == 405) << response.raw;
  if (response.status == 200) {
    EXPECT_EQ(response.header("Content-Type"), "text/event-stream; charset=utf-8");
  }
  EXPECT_TRUE(connection.buffer().empty());
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_streams"), 0);
}

TEST(HandshakeForm, AcceptsAHeartbeatWithinBounds) {
  Stage stage("embedded");
  auto stream = stage.open("heartbeat=1s");
  stream.control("stream-open");
  const auto start = Clock::now();
  const auto first = stream.heartbeat();
  EXPECT_GE(first - start, 800ms);
  EXPECT_LE(first - start, 1500ms * patience);
  // Outside its bounds it is held to them; what is no duration is refused.
  auto eager = stage.open("heartbeat=100ms");
  eager.control("stream-open");
  EXPECT_THROW(eager.heartbeat(700ms), WireError);
  EXPECT_NO_THROW(stage.open("heartbeat=2h"));
  for (const auto* wrong : {"heartbeat=x", "heartbeat=-1s", "heartbeat=5"}) {
    EXPECT_EQ(get(stage.sidecar().streams(), std::string(Stage::path) + "?" + wrong).status, 400)
        << wrong;
  }
}

}  // namespace
}  // namespace e2e
