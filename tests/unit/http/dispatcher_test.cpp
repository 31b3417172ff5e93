#include "sidecar/http/handlers/dispatcher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdio>

#include "recording_responder.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "tests/support/borrowed.hpp"
#include "tests/unit/stream/scripted_connector.hpp"

namespace sidestream {
namespace {

TopicSettings orders() {
  TopicSettings settings;
  settings.name = "orders";
  settings.path = "/events/orders";
  settings.log = "orders";
  settings.publish = Publish::yes;
  settings.max_event = 100;
  return settings;
}

TopicSettings chat() {
  TopicSettings settings;
  settings.name = "chat";
  settings.path = "/chat/{session}";
  settings.log = "chat:{session}";
  settings.publish = Publish::yes;
  settings.max_logs = 2;
  return settings;
}

// One event loop without a thread, a topic and a template over a scripted broker with ten records.
class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    for (int i = 0; i < 10; ++i) broker_.append(0, std::to_string(i));
  }
  ~DispatcherTest() override { loop().streams().close_all(); }

  // Created with the first use, so that a test can change settings_ before.
  EventLoop& loop() {
    if (!loop_) {
      config_.emplace(RunningConfig{settings_, TopicMap({topic_, chat_})});
      loop_.emplace(memory_, probe_, lifecycle_, quotas_, limits_, *config_, Logger());
    }
    return *loop_;
  }
  void begin(std::string method, std::string_view target, Fields headers = {},
             Port port = Port::streams) {
    request_ = {};
    request_.method = std::move(method);
    request_.headers = std::move(headers);
    request_.client = client_;
    EXPECT_TRUE(decode({target, {}}, request_));
    dispatcher_.emplace(port, loop(), context_);
    route_ = dispatcher_->find(&request_);
    auto answer = dispatcher_->answer(request_, route_, responder_);
    boost::asio::co_spawn(loop().io(), std::move(answer), boost::asio::detached);
    poll();
  }
  void poll() {
    loop().io().restart();
    loop().io().poll();
  }
  // Until broker and loop have nothing more to do.
  void settle() {
    while (broker_.answer_all()) poll();
  }
  const std::string& received() const { return responder_.outlet->received; }

  ServerSettings settings_;
  Memory memory_{1 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_{1};
  std::shared_ptr<Topic> topic_ = std::make_shared<Topic>(orders(), test::borrowed(broker_));
  std::shared_ptr<Topic> chat_ = std::make_shared<Topic>(chat(), test::borrowed(broker_));
  OpenLogs logs_{memory_, pool_, Logger()};
  ServerProbe probe_;
  Lifecycle lifecycle_;
  Quotas quotas_;
  AdminPages pages_{
      logs_,
      probe_,
      lifecycle_,
      {[] { return std::string(); }, [] { return std::vector<NamedConnector>(); }, [] {}}};
  Router router_{pages_};
  Limits limits_{memory_.budget(), Logger()};
  ServerContext context_{router_, logs_, probe_, lifecycle_, quotas_, limits_, Logger()};
  std::optional<ConfigHolder> config_;
  Request request_;
  Client client_;
  Route route_;
  RecordingResponder responder_;
  std::optional<EventLoop> loop_;
  std::optional<Dispatcher> dispatcher_;
};

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

TEST_F(DispatcherTest, AnswersHeadWithoutABroker) {
  begin("HEAD", "/events/orders");
  ASSERT_TRUE(responder_.blocks);
  EXPECT_EQ(*responder_.blocks, "");
  EXPECT_FALSE(broker_.answer_all());
}

TEST_F(DispatcherTest, PublishesTheBody) {
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/events/orders");
  ASSERT_TRUE(responder_.response);
  EXPECT_EQ(responder_.response->status, 503u) << "the scripted broker takes nothing";
  EXPECT_EQ(topic_->probe.publish_failures.value(), 1u);
}

TEST_F(DispatcherTest, TakesRecordsOfALocalTopicFromLoopbackAddressesOnly) {
  TopicSettings local = orders();
  local.publish = Publish::local;
  topic_ = std::make_shared<Topic>(local, test::borrowed(broker_));
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

TEST_F(DispatcherTest, RefusesAStreamOverTheLimitOfItsAddress) {
  settings_.limits.streams_per_address = 1;
  begin("GET", "/events/orders");
  settle();
  ASSERT_NE(responder_.outlet, nullptr);
  client_.address = *parse_ip("203.0.113.9");
  begin("GET", "/events/orders");
  EXPECT_FALSE(responder_.blocks) << "another address";
  client_.address = {};
  begin("GET", "/events/orders", {{"last-event-id", "7"}});
  ASSERT_TRUE(responder_.blocks);
  int retry = 0;
  ASSERT_EQ(
      std::sscanf(responder_.blocks->c_str(),
                  "event: stream-shutdown\ndata: {\"reason\":\"limit\"}\nretry: %d\nid: 7\n\n",
                  &retry),
      1)
      << *responder_.blocks;
  EXPECT_GE(retry, 15'000);
  EXPECT_LE(retry, 60'000);
  EXPECT_EQ(probe_.beyond_limit[0].value(), 1u);
  EXPECT_EQ(quotas_.streams.taken(), 2u) << "the refused stream holds no place";
  settle();
  loop().streams().close_all();
  EXPECT_EQ(limits_.streams.addresses(), 0u);
}

TEST_F(DispatcherTest, RefusesPublishesBeyondTheRateOfTheirAddress) {
  settings_.limits.publishes_per_second = 1;
  const auto status = [this] {
    responder_.body = Body(Body::Outcome::whole, "x");
    begin("POST", "/events/orders");
    return responder_.response->status;
  };
  EXPECT_EQ(status(), 503u) << "the scripted broker takes nothing";
  EXPECT_EQ(status(), 503u);
  EXPECT_EQ(status(), 429u);
  const auto& headers = responder_.response->headers;
  EXPECT_EQ(std::count(headers.begin(), headers.end(),
                       std::pair<std::string, std::string>("Retry-After", "1")),
            1);
  client_.address = *parse_ip("203.0.113.9");
  EXPECT_EQ(status(), 503u);
  EXPECT_EQ(topic_->probe.publish_failures.value(), 3u);
}

// The text of a stream that a limit ends, with a delay of 15 to 60 s.
void expect_limit(const std::optional<std::string>& blocks) {
  ASSERT_TRUE(blocks);
  int retry = 0;
  ASSERT_EQ(
      std::sscanf(blocks->c_str(),
                  "event: stream-shutdown\ndata: {\"reason\":\"limit\"}\nretry: %d\nid: 7\n\n",
                  &retry),
      1)
      << *blocks;
  EXPECT_GE(retry, 15'000);
  EXPECT_LE(retry, 60'000);
}

std::string retry_after(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Retry-After") return value;
  }
  return {};
}

TEST_F(DispatcherTest, RefusesLogsBeyondMaxLogs) {
  begin("GET", "/chat/a");
  begin("GET", "/chat/b");
  begin("GET", "/chat/c", {{"last-event-id", "7"}});
  expect_limit(responder_.blocks);
  EXPECT_EQ(quotas_.streams.taken(), 2u) << "the refused stream holds no place";
  responder_.blocks.reset();
  begin("GET", "/chat/b");
  EXPECT_FALSE(responder_.blocks) << "the log is open";
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/chat/c");
  EXPECT_EQ(responder_.response->status, 503u);
  EXPECT_EQ(retry_after(*responder_.response), "15");
  EXPECT_EQ(chat_->probe.publish_failures.value(), 0u);
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/chat/b");
  EXPECT_EQ(chat_->probe.publish_failures.value(), 1u) << "the scripted broker takes nothing";
  EXPECT_EQ(probe_.beyond_limit[static_cast<std::size_t>(LimitRefusal::max_logs)].value(), 2u);
  EXPECT_EQ(logs_.of(chat_).size(), 2u);
  settle();
}

TEST_F(DispatcherTest, RefusesLogsBeyondTheLimitOfTheirAddress) {
  settings_.limits.logs_per_address = 1;
  begin("GET", "/chat/a");
  begin("GET", "/chat/b", {{"last-event-id", "7"}});
  expect_limit(responder_.blocks);
  responder_.blocks.reset();
  begin("GET", "/events/orders");
  EXPECT_FALSE(responder_.blocks) << "no log of a template";
  responder_.body = Body(Body::Outcome::whole, "x");
  begin("POST", "/chat/b");
  EXPECT_EQ(responder_.response->status, 429u);
  EXPECT_EQ(retry_after(*responder_.response), "15");
  client_.address = *parse_ip("203.0.113.9");
  begin("GET", "/chat/b");
  EXPECT_FALSE(responder_.blocks) << "another address";
  EXPECT_EQ(limits_.logs.quota().held(client_.key()), 1u);
  EXPECT_EQ(probe_.beyond_limit[static_cast<std::size_t>(LimitRefusal::logs_per_address)].value(),
            2u);
  settle();
  loop().streams().close_all();
  logs_.tidy(OpenLogs::Clock::now() + std::chrono::seconds(5));
  EXPECT_EQ(limits_.logs.quota().addresses(), 0u) << "the logs have closed";
}

TEST_F(DispatcherTest, KeepsALogLongerOnceARecordWasSent) {
  const auto close_all = [this] {
    settle();
    loop().streams().close_all();
    logs_.tidy(OpenLogs::Clock::now() + std::chrono::seconds(5));
  };
  begin("GET", "/chat/a");
  close_all();
  EXPECT_TRUE(logs_.of(chat_).empty());
  begin("GET", "/chat/a?from=earliest");
  close_all();
  EXPECT_EQ(logs_.of(chat_).size(), 1u);
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
}  // namespace sidestream
