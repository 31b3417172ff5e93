#include <algorithm>
#include <string>

#include "router_fixture.hpp"

namespace sidestream::test {
namespace {

// With an app beside us everything that no topic takes is the app's.
TEST_F(RouterTest, ForwardsUnmatchedPathsToTheApp) {
  serving_.server.upstream.emplace();
  const auto is_apps = [this](std::string method, std::string_view target, Fields headers = {}) {
    Request r;
    r.method = std::move(method);
    r.headers = std::move(headers);
    EXPECT_TRUE(decode({target, {}}, r)) << target;
    const Route found = Router::find(serving_, Port::streams, r);
    const auto outcome = router_.route(serving_, Port::streams, r, found, Timestamp());
    return std::holds_alternative<Router::ToApp>(outcome);
  };
  EXPECT_TRUE(is_apps("GET", "/"));
  EXPECT_TRUE(is_apps("GET", "/events"));
  EXPECT_TRUE(is_apps("POST", "/events"));
  EXPECT_FALSE(is_apps("GET", "/events?topic=orders"));
  EXPECT_FALSE(is_apps("GET", "/events/orders"));
  EXPECT_TRUE(is_apps("DELETE", "/events/orders"));
  EXPECT_FALSE(is_apps("POST", "/events/orders"));
  EXPECT_TRUE(is_apps("POST", "/events/logs")) << "not published by us";
  EXPECT_TRUE(is_apps("GET", "/livez")) << "the public port has no pages of ours";
  const auto preflight = [](std::string method) {
    return Fields{{"origin", "https://a"}, {"access-control-request-method", std::move(method)}};
  };
  EXPECT_FALSE(is_apps("OPTIONS", "/events/logs", preflight("GET")));
  EXPECT_TRUE(is_apps("OPTIONS", "/events/logs", preflight("POST")));
  EXPECT_TRUE(is_apps("OPTIONS", "/events/logs"));
  EXPECT_EQ(status("GET", "/nothing", Port::admin), 404u);
}

TEST_F(RouterTest, NamesTheLogByParameter) {
  const auto outcome = route("GET", "/chat/abc-1");
  ASSERT_TRUE(std::holds_alternative<StreamRequest>(outcome));
  EXPECT_EQ(std::get<StreamRequest>(outcome).parts[0].log, "chat:abc-1");
}

TEST_F(RouterTest, RefusesParametersThatNameAnotherLog) {
  for (const char* target : {"/chat/a%2Fb", "/chat/a%0Ab", "/chat/*", "/chat/a:b", "/chat/%00"}) {
    EXPECT_EQ(status("GET", target), 400u) << target;
  }
  EXPECT_EQ(status("GET", "/chat/" + std::string(129, 'x')), 400u);
  EXPECT_EQ(status("GET", "/chat/a/b"), 404u);
}

TEST_F(RouterTest, RefusesMethodsWithAllow) {
  EXPECT_EQ(status("POST", "/events/logs"), 405u);
  EXPECT_EQ(status("DELETE", "/events/orders"), 405u);
  EXPECT_TRUE(
      std::holds_alternative<PublishRequest>(route("POST", "/events/orders?event=x&key=k")));
  EXPECT_EQ(status("POST", "/events/orders?event=stream-open"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=a%0Ab"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=error"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=open"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=" + std::string(128, 'e')), 0u);
  EXPECT_EQ(status("POST", "/events/orders?event=" + std::string(129, 'e')), 400u);
  EXPECT_EQ(status("POST", "/events/orders?key=" + std::string(256, 'k')), 0u);
  EXPECT_EQ(status("POST", "/events/orders?key=" + std::string(257, 'k')), 400u);
}

TEST_F(RouterTest, AnswersOptionsWithAllow) {
  EXPECT_EQ(status("OPTIONS", "/events/orders"), 204u);
  const auto outcome = route("OPTIONS", "/events/logs");
  const auto* response = std::get_if<Response>(&outcome);
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(response->headers, (Fields{{"Allow", "GET, HEAD, OPTIONS"}}));
}

// Whoever reads the topic most likely has nothing to do with it.
TEST_F(RouterTest, RefusesUndecodableParameters) {
  for (const auto* query : {"utm=100%", "x=%zz", "x=caf\xc3\xa9", "a=%41&b=100%"}) {
    EXPECT_TRUE(
        std::holds_alternative<StreamRequest>(route("GET", "/events/orders?" + std::string(query))))
        << query;
  }
}

TEST_F(RouterTest, CombinesSeveralTopics) {
  const auto outcome = route("GET", "/events?topic=orders&topic=logs&topic=orders");
  ASSERT_TRUE(std::holds_alternative<StreamRequest>(outcome));
  EXPECT_EQ(std::get<StreamRequest>(outcome).parts.size(), 2u);
  EXPECT_EQ(status("GET", "/events"), 400u);
  EXPECT_EQ(status("GET", "/events?topic=nope"), 404u);
  EXPECT_EQ(status("GET", "/events?topic=chat"), 404u) << "a template";
}

TEST_F(RouterTest, KnowsIdsThatTheTopicsCanRead) {
  const auto is_readable = [this](std::string target, std::string id) {
    return has_readable_id(std::get<StreamRequest>(
        route("GET", std::move(target), Port::streams, {{"last-event-id", std::move(id)}})));
  };
  for (const char* id : {"42", "0.42", "orders~42"}) EXPECT_TRUE(is_readable("/events/orders", id));
  for (const char* id : {"7-1", "x", "~", "logs~42", "<b>"})
    EXPECT_FALSE(is_readable("/events/orders", id)) << id;
  const std::string both = "/events?topic=orders&topic=logs";
  EXPECT_TRUE(is_readable(both, "orders~1~~logs~2"));
  EXPECT_TRUE(is_readable(both, "orders~1"));
  for (const char* id : {"42", "orders~1~~logs~x"}) EXPECT_FALSE(is_readable(both, id)) << id;
  EXPECT_FALSE(has_readable_id(std::get<StreamRequest>(route("GET", "/events/orders"))));
}

TEST_F(RouterTest, GivesEachTopicItsPartOfAnId) {
  const auto starts = [this](std::string id) {
    const auto outcome = route("GET", "/events?topic=orders&topic=logs&from=earliest",
                               Port::streams, {{"last-event-id", std::move(id)}});
    std::vector<std::string> ids;
    for (const auto& part : std::get<StreamRequest>(outcome).parts) {
      const bool resumes = part.start.kind == StartRequest::Kind::resume;
      ids.push_back(resumes ? part.start.id : "none");
    }
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(starts("orders~1~~logs~2"), (Ids{"orders~1", "logs~2"}));
  EXPECT_EQ(starts("other~7~~logs~0.2~1.3~~logs~9"), (Ids{"none", "logs~0.2~1.3"}));
  EXPECT_EQ(starts("orders~orders~1"), (Ids{"orders~orders~1", "none"}));
  EXPECT_EQ(starts("42"), (Ids{"~", "~"})) << "the id of one log says nothing of several";
}

TEST_F(RouterTest, TakesOneSpellingOfAPathOnly) {
  for (const char* target :
       {"/./events/orders", "/events/./orders", "/events//orders", "//events/orders",
        "/events/orders/", "/x/../events/orders", "/%65vents/orders", "/events/%6frders",
        "/events/%2e/orders", "/chat/a%2Db", "/chat/%7E", "/chat/.", "/chat/..", "/chat/",
        "/./events?topic=orders", "/%65vents?topic=orders"}) {
    EXPECT_EQ(status("GET", target), 404u) << target;
  }
  EXPECT_EQ(status("GET", "/chat/a%40b"), 0u) << "no unreserved character";
  serving_.server.upstream.emplace();
  EXPECT_TRUE(std::holds_alternative<Router::ToApp>(route("GET", "/%65vents/orders")));
}

TEST_F(RouterTest, CombinesTopicsWithAPathOfTheirOwnOnlyIfTheyAreMulti) {
  auto hidden = topic("hidden", "/internal/secret", "hidden", false);
  auto shared = topic("shared", "/internal/shared", "shared", false);
  shared.multi = true;
  serving_.topics = TopicMap(
      {std::make_shared<Topic>(hidden, broker_), std::make_shared<Topic>(shared, broker_)});
  EXPECT_EQ(status("GET", "/events?topic=hidden"), 404u);
  EXPECT_EQ(status("GET", "/events?topic=shared&topic=hidden"), 404u);
  EXPECT_EQ(status("GET", "/events?topic=shared"), 0u);
}

TEST_F(RouterTest, CombinesAtMostSixtyFourTopics) {
  std::vector<std::shared_ptr<Topic>> topics;
  std::string target = "/events?topic=t0";
  for (int i = 0; i < 65; ++i) {
    const std::string name = "t" + std::to_string(i);
    topics.push_back(std::make_shared<Topic>(topic(name, "/events/" + name, name, false), broker_));
    if (i > 0 && i < 64) target += "&topic=" + name;
  }
  serving_.topics = TopicMap(topics);
  EXPECT_EQ(status("GET", target), 0u);
  EXPECT_EQ(status("GET", target + "&topic=t64"), 400u);
}

// Whether an answer lets a page of that origin read it.
bool grants(const Fields& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& field) {
    return field.first == "Access-Control-Allow-Origin";
  });
}

TEST_F(RouterTest, GrantsSeveralTopicsToOriginsThatAllOfThemAllow) {
  auto open = topic("open", "/events/open", "open", false);
  open.cors.origins = {"*"};
  auto own = topic("own", "/events/own", "own", false);
  own.cors = {{"https://a.example"}, true};
  auto closed = topic("closed", "/events/closed", "closed", false);
  serving_.topics =
      TopicMap({std::make_shared<Topic>(open, broker_), std::make_shared<Topic>(own, broker_),
                std::make_shared<Topic>(closed, broker_)});
  const auto cors = [this](std::string_view target) {
    return std::get<StreamRequest>(route("GET", target)).cors;
  };
  EXPECT_EQ(cors("/events?topic=open"), open.cors);
  EXPECT_EQ(cors("/events?topic=open&topic=own"), (CorsSettings{{"https://a.example"}, false}));
  EXPECT_EQ(cors("/events?topic=own&topic=open"), (CorsSettings{{"https://a.example"}, false}));
  EXPECT_EQ(cors("/events?topic=open&topic=closed").origins.size(), 0u);
  EXPECT_EQ(cors("/events?topic=closed&topic=own").origins.size(), 0u);
  const Fields preflight{{"origin", "https://a.example"}, {"access-control-request-method", "GET"}};
  const auto preflighted = [&](std::string_view target) {
    return grants(std::get<Response>(route("OPTIONS", target, Port::streams, preflight)).headers);
  };
  EXPECT_TRUE(preflighted("/events?topic=open&topic=own"));
  EXPECT_FALSE(preflighted("/events?topic=open&topic=closed"));
  const Fields origin{{"origin", "https://a.example"}};
  const auto refused = route("GET", "/events?topic=own&tail=x", Port::streams, origin);
  EXPECT_EQ(std::get<Response>(refused).status, 400u);
  EXPECT_TRUE(grants(std::get<Response>(refused).headers));
}

TEST_F(RouterTest, RefusesPublishesOfOtherSites) {
  std::string method = "POST";
  const auto publishes = [&](Fields headers) {
    const auto outcome = route(method, "/events/orders", Port::streams, std::move(headers));
    const auto* response = std::get_if<Response>(&outcome);
    return response ? response->status : 0;
  };
  EXPECT_EQ(publishes({{"host", "h"}, {"origin", "https://evil.example"}}), 403u);
  EXPECT_EQ(publishes({{"host", "h"}, {"sec-fetch-site", "cross-site"}}), 403u);
  EXPECT_EQ(publishes({{"host", "h"}, {"origin", "https://h"}}), 0u);
  EXPECT_EQ(publishes({{"host", "h"}}), 0u);
  for (const auto* other : {"PUT", "DELETE"}) {
    method = other;
    EXPECT_EQ(publishes({{"host", "h"}, {"origin", "https://evil.example"}}), 403u) << other;
    EXPECT_EQ(publishes({{"host", "h"}, {"origin", "https://h"}}), 405u) << other;
  }
}

TEST_F(RouterTest, LetsOtherSitesReadAndLeavesTheAppsPathsToTheApp) {
  const Fields foreign{{"host", "h"}, {"origin", "https://evil.example"}};
  EXPECT_TRUE(std::holds_alternative<StreamRequest>(
      route("GET", "/events/orders", Port::streams, foreign)));
  serving_.server.upstream.emplace();
  const auto is_apps = [&](const char* method, const char* target) {
    return std::holds_alternative<Router::ToApp>(route(method, target, Port::streams, foreign));
  };
  EXPECT_TRUE(is_apps("POST", "/form"));
  EXPECT_TRUE(is_apps("POST", "/events/logs")) << "not published by us";
  EXPECT_TRUE(is_apps("DELETE", "/events/orders"));
  EXPECT_FALSE(is_apps("POST", "/events/orders"));
}

TEST_F(RouterTest, RefusesEventNamesThatEventSourceFires) {
  EXPECT_EQ(status("POST", "/events/orders?event=error"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=open"), 400u);
  EXPECT_EQ(status("POST", "/events/orders?event=opened"), 0u);
}

}  // namespace
}  // namespace sidestream::test
