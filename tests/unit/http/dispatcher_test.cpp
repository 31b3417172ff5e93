#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>

#include "dispatcher_fixture.hpp"

namespace sidestream::test {
namespace {

TEST_F(DispatcherTest, DecidesTheResponseWhenThePlanIsKnown) {
  begin("GET", "/events/orders");
  EXPECT_EQ(responder_.outlet, nullptr) << "the start is not known yet";
  settle();
  ASSERT_NE(responder_.outlet, nullptr);
  EXPECT_TRUE(received().starts_with("event: stream-open\n")) << received();
  EXPECT_EQ(responder_.outlet->sends, 1);
}

TEST_F(DispatcherTest, DoesNotWaitWhenTheTopicLogKnowsTheStart) {
  begin("GET", "/events/orders");
  settle();
  begin("GET", "/events/orders", {{"last-event-id", "9"}});
  ASSERT_NE(responder_.outlet, nullptr);
  EXPECT_TRUE(received().ends_with("\nid: 9\n\n")) << received();
  EXPECT_EQ(responder_.outlet->sends, 1);
}

TEST_F(DispatcherTest, ReleasesEverythingWhenTheClientLeavesBeforeThePlan) {
  begin("GET", "/events/orders?tail=3");
  EXPECT_EQ(quotas_.streams.taken(), 1u);
  ASSERT_TRUE(responder_.leave);
  responder_.leave();
  poll();
  EXPECT_EQ(quotas_.streams.taken(), 0u);
  const auto log = logs_.of(topic_).at(0);
  EXPECT_EQ(log->readers(), 0);
  broker_.refuse(Errc::refused);
  settle();
  log->retry_starts(std::chrono::steady_clock::now());
  EXPECT_FALSE(broker_.answer_all()) << "the start is not wanted any more";
  EXPECT_EQ(responder_.outlet, nullptr);
}

TEST_F(DispatcherTest, RefusesAStreamOverTheLimitWithItsOwnId) {
  settings_.max_connections = 0;
  begin("GET", "/events/orders", {{"last-event-id", "7"}});
  ASSERT_TRUE(responder_.blocks);
  EXPECT_TRUE(responder_.blocks->starts_with(
      "event: stream-shutdown\ndata: {\"reason\":\"overload\"}\nretry: "));
  EXPECT_TRUE(responder_.blocks->ends_with("\nid: 7\n\n"));
  EXPECT_FALSE(broker_.answer_all()) << "the broker is not asked";
}

TEST_F(DispatcherTest, RefusesAStreamWithoutAnIdAsItCame) {
  lifecycle_.advance(Lifecycle::Phase::ending);
  begin("GET", "/events/orders");
  ASSERT_TRUE(responder_.blocks);
  EXPECT_NE(responder_.blocks->find("\"drain\""), std::string::npos);
  EXPECT_EQ(responder_.blocks->find("id: "), std::string::npos);
}

TEST_F(DispatcherTest, NeverSendsTextOutsideTheAlphabetAsAnId) {
  settings_.max_connections = 0;
  begin("GET", "/events/orders?lastEventId=1%0Adata:%20x");
  ASSERT_TRUE(responder_.blocks);
  EXPECT_TRUE(responder_.blocks->ends_with("\nid: ~\n\n")) << *responder_.blocks;
}

TEST_F(DispatcherTest, AnswersHeadWithTheNewestIdAndOpensNoLog) {
  begin("HEAD", "/events/orders");
  EXPECT_FALSE(responder_.blocks) << "the newest id is not known yet";
  settle();
  ASSERT_TRUE(responder_.blocks);
  EXPECT_EQ(*responder_.blocks, "");
  const std::pair<std::string, std::string> newest("Last-Event-ID", "9");
  EXPECT_THAT(responder_.stream_headers, ::testing::Contains(newest));
  EXPECT_TRUE(logs_.of(topic_).empty());
  EXPECT_EQ(broker_.reads(), 0u);
}

TEST_F(DispatcherTest, AsksNoBrokerForHeadOverTheLimit) {
  settings_.max_connections = 0;
  begin("HEAD", "/events/orders");
  ASSERT_TRUE(responder_.blocks);
  EXPECT_EQ(responder_.stream_headers, (Fields{{"Vary", "Accept"}}));
  EXPECT_FALSE(broker_.answer_all());
}

TEST_F(DispatcherTest, PublishesTheBody) {
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/events/orders");
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 503u) << "the scripted broker takes nothing";
  EXPECT_EQ(topic_->probe.publish_failures.value(), 1u);
}

TEST_F(DispatcherTest, HidesSecretsInWhatTheBrokerSaysOfAPublish) {
  hidden_.add(Hidden{{{"app:S3CRET", "${LOGIN}"}}});
  broker_.refuse_publishes({Errc::refused, "NOPERM app:S3CRET may not write"});
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/events/orders");
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 502u);
  EXPECT_THAT(responder_.response->body, ::testing::HasSubstr("NOPERM ${LOGIN} may not write"));
  EXPECT_THAT(responder_.response->body, ::testing::Not(::testing::HasSubstr("S3CRET")));
}

TEST_F(DispatcherTest, TakesRecordsOfALocalTopicFromLoopbackAddressesOnly) {
  TopicSettings local = orders();
  local.publish = Publish::local;
  topic_ = std::make_shared<Topic>(local, borrowed(broker_));
  const auto status = [this](const char* address, const char* peer) {
    client_.address = *parse_ip(address);
    client_.peer = *parse_ip(peer);
    responder_.body = Body(Body::Outcome::whole, "x");
    begin("POST", "/events/orders");
    return responder_.response->status;
  };
  EXPECT_EQ(status("203.0.113.9", "203.0.113.9"), 403u);
  EXPECT_EQ(status("203.0.113.9", "127.0.0.1"), 403u) << "a proxy in the pod";
  EXPECT_EQ(status("127.0.0.1", "203.0.113.9"), 403u) << "a proxy can't make a client local";
  EXPECT_EQ(topic_->probe.publish_failures.value(), 0u) << "the broker is not asked";
  EXPECT_EQ(status("127.0.0.1", "127.0.0.1"), 503u) << "the scripted broker takes nothing";
  EXPECT_EQ(status("::1", "::1"), 503u);
}

TEST_F(DispatcherTest, AnswersABodyThatIsTooLarge) {
  responder_.body = Body(Body::Outcome::too_large);
  begin("POST", "/events/orders");
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 413u);
}

TEST_F(DispatcherTest, AnswersAnEventThatIsTooLarge) {
  responder_.body = Body(Body::Outcome::whole, std::string(98, 'x'));
  begin("POST", "/events/orders?event=abc");
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 413u);
  EXPECT_NE(responder_.response->body.find("max_event of 100 bytes"), std::string::npos);
  EXPECT_EQ(topic_->probe.publish_failures.value(), 0u) << "the broker was not asked";
  responder_.body = Body(Body::Outcome::whole, std::string(98, 'x'));
  begin("POST", "/events/orders?event=ab");
  EXPECT_EQ(responder_.response->status, 503u) << "the scripted broker takes nothing";
}

TEST_F(DispatcherTest, AnswersNothingWhenTheBodyIsLost) {
  responder_.body = Body(Body::Outcome::lost);
  begin("POST", "/events/orders");
  EXPECT_FALSE(responder_.response);
  EXPECT_EQ(topic_->probe.publish_failures.value(), 0u);
}

TEST_F(DispatcherTest, AnswersABodyWithoutRoomOrInTime) {
  responder_.body = Body(Body::Outcome::no_room);
  begin("POST", "/events/orders");
  EXPECT_EQ(responder_.response->status, 503u);
  EXPECT_EQ(responder_.response->headers.at(0).first, "Retry-After");
  responder_.body = Body(Body::Outcome::too_slow);
  begin("POST", "/events/orders");
  EXPECT_EQ(responder_.response->status, 408u);
}

TEST_F(DispatcherTest, AnswersAdminPages) {
  begin("GET", "/readyz", {}, Port::admin);
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 200u);
}

TEST_F(DispatcherTest, GivesThePathsOfNoTopicToTheUpstreamApp) {
  settings_.upstream.emplace();
  begin("GET", "/shop");
  EXPECT_TRUE(responder_.passed_on);
  EXPECT_EQ(dispatcher_->find(nullptr).kind, Route::Kind::app) << "a target that is no path";
}

}  // namespace
}  // namespace sidestream::test
