// What the dispatcher refuses beyond a limit, and how.
#include <algorithm>
#include <cstdio>

#include "dispatcher_fixture.hpp"

namespace sidestream::test {
namespace {

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

}  // namespace
}  // namespace sidestream::test
