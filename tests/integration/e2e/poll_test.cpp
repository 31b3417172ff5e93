// Long polls: the events of a stream in one JSON document, for networks that break streams.

#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/e2e/json_answers.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using Names = std::vector<std::string>;

struct Answer {
  JsonEvents events;
  std::string next;
};

class Poll : public OnBroker {
 protected:
  explicit Poll(const std::string& topic = "filters: { k: key }")
      : stage_(GetParam(), {.topic = topic}) {}

  static Answer parse(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.raw << response.body;
    EXPECT_EQ(response.header("Content-Type"), "application/json");
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    const auto document = boost::json::parse(response.body).as_object();
    Answer answer;
    for (const auto& event : document.at("events").as_array())
      answer.events.push_back(event.as_object());
    answer.next = text_of(document, "next");
    return answer;
  }
  Answer poll(const std::string& query, const std::string& id = {}) {
    Headers headers;
    if (!id.empty()) headers.emplace_back("Last-Event-ID", id);
    return parse(get(stage_.sidecar().streams(), Stage::path + ("?" + query), headers));
  }
  Request request(const std::string& query) { return {.target = Stage::path + ("?" + query)}; }

  Stage stage_;
};
ON_KINDS(Poll, one_of_each());

TEST_P(Poll, AnswersAtOnceWithWhatIsThere) {
  stage_.append_value("one", "word");
  const auto last = stage_.append_value("two", "word");
  const auto answer = poll("poll=60s&from=earliest");
  EXPECT_EQ(names_of(answer.events), (Names{"word", "word"}));
  EXPECT_EQ(text_of(answer.events.at(1), "data"), "two");
  EXPECT_EQ(text_of(answer.events.at(1), "id"), last);
  EXPECT_EQ(answer.next, last);
}

TEST_P(Poll, WaitsForTheNextEvent) {
  const auto first = stage_.append_value("one");
  HttpConnection connection(stage_.sidecar().streams());
  connection.send(request("poll=60s&lastEventId=" + url_encode(first)));
  EXPECT_TRUE(connection.is_quiet(300ms));
  const auto second = stage_.append_value("two");
  auto answer = parse(connection.receive());
  EXPECT_EQ(names_of(answer.events), Names{"message"});
  EXPECT_EQ(answer.next, second);
  // The connection is good for the next poll.
  answer = parse(connection.exchange(request("poll=0s&lastEventId=" + url_encode(first))));
  EXPECT_EQ(answer.next, second);
}

TEST_P(Poll, IsEmptyAfterItsTimeWithAPlaceToGoOnFrom) {
  stage_.append_value("one");
  auto answer = poll("poll=1s");
  EXPECT_EQ(answer.events.size(), 0u);
  ASSERT_NE(answer.next, "");
  const auto second = stage_.append_value("two");
  answer = poll("poll=60s", answer.next);
  EXPECT_EQ(answer.events.size(), 1u);
  EXPECT_EQ(answer.next, second);
}

TEST_P(Poll, PassesOverWhatDoesNotMatch) {
  std::vector<Input> inputs(3);
  for (auto& input : inputs) {
    input.value = "x";
    input.key = "bob";
  }
  const auto offsets = stage_.append(inputs);
  const auto begun = Clock::now();
  const auto answer = poll("poll=0s&from=earliest&k=alice");
  EXPECT_EQ(answer.events.size(), 0u);
  EXPECT_EQ(answer.next, offsets.back());
  EXPECT_LT(Clock::now() - begun, 8s * patience) << "the end of the replay is the answer";
}

TEST_P(Poll, HasResetsAmongItsEvents) {
  stage_.append_value("one");
  const auto answer = poll("poll=60s", "garbage");
  EXPECT_EQ(names_of(answer.events).at(0), "stream-reset");
  EXPECT_NE(answer.next, "garbage");
}

TEST_P(Poll, CarriesAtMostAThousandEvents) {
  stage_.append(2500);
  std::string id;
  std::vector<std::int64_t> numbers;
  while (numbers.size() < 2500) {
    const auto answer = poll("poll=5s&from=earliest", id);
    ASSERT_GT(answer.events.size(), 0u);
    ASSERT_LE(answer.events.size(), 1000u);
    for (const auto& event : answer.events)
      numbers.push_back(parse_numbered(text_of(event, "data"))->number);
    id = answer.next;
  }
  ASSERT_EQ(numbers.size(), 2500u);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    ASSERT_EQ(numbers[i], static_cast<std::int64_t>(i));
}

TEST_P(Poll, CountsAsAStreamUntilItIsAnswered) {
  HttpConnection connection(stage_.sidecar().streams());
  connection.send(request("poll=60s"));
  const auto open = [&] {
    return stage_.sidecar().metrics().sum("sidestream_subscribers", {"topic=\"t\""});
  };
  EXPECT_TRUE(eventually([&] { return open() == 1; }));
  stage_.append_value("one");
  EXPECT_EQ(parse(connection.receive()).events.size(), 1u);
  EXPECT_TRUE(eventually([&] { return open() == 0; }));
  EXPECT_EQ(stage_.sidecar().metrics().sum("sidestream_streams_closed_total", {"reason=\"poll\""}),
            1);
}

TEST_P(Poll, EndsWhenItsClientLeaves) {
  {
    HttpConnection connection(stage_.sidecar().streams());
    connection.send(request("poll=60s"));
    EXPECT_TRUE(connection.is_quiet(200ms));
  }
  EXPECT_TRUE(eventually([&] {
    return stage_.sidecar().metrics().sum("sidestream_subscribers", {"topic=\"t\""}) == 0;
  }));
}

TEST_P(Poll, IsAnsweredAtADrain) {
  Stage stage(GetParam(), {.server = {"drain: 1s"}});
  HttpConnection connection(stage.sidecar().streams());
  connection.send(request("poll=60s"));
  EXPECT_TRUE(connection.is_quiet(300ms));
  stage.sidecar().process().signal(SIGTERM);
  EXPECT_EQ(parse(connection.receive()).events.size(), 0u);
}

class EndedPoll : public Poll {
 protected:
  EndedPoll() : Poll("end: { event: [done] }") {}
};
ON_KINDS(EndedPoll, one_of_each());

TEST_P(EndedPoll, HasTheEndAmongItsEvents) {
  stage_.append_value("one", "word");
  const auto last = stage_.append_value("bye", "done");
  const auto answer = poll("poll=60s&from=earliest");
  EXPECT_EQ(names_of(answer.events), (Names{"word", "done", "stream-end"}));
  EXPECT_EQ(answer.next, last);
  const auto over = get(stage_.sidecar().streams(), Stage::path + std::string("?poll=60s"),
                        {{"Last-Event-ID", last}});
  EXPECT_EQ(over.status, 204);
}

TEST(PollMemory, HoldsAnswersWithinABudget) {
  Sidecar sidecar(Config{.server = {"memory: 16MiB", "threads: 1"},
                         .connectors = {"local: { embedded: {} }"},
                         .topics = {"t: { from: local, publish: true }"}});
  std::vector<HttpConnection> pollers;
  for (int i = 0; i < 8; ++i) {
    pollers.emplace_back(sidecar.streams());
    pollers.back().send(Request{.target = "/events/t?poll=60s"});
  }
  EXPECT_TRUE(eventually([&] { return sidecar.metrics().sum("sidestream_streams") == 8; }));
  EXPECT_EQ(post(sidecar.streams(), "/events/t", std::string(600 * 1024, 'x')).status, 201);
  int answered = 0;
  int refused = 0;
  for (auto& poller : pollers) {
    const auto response = poller.receive();
    (response.status == 200 ? answered : refused) += 1;
    if (response.status == 200) continue;
    EXPECT_EQ(response.status, 503) << response.body;
    EXPECT_TRUE(response.header("Retry-After"));
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(refused, 0) << "a quarter of the memory, and half of that for one address";
  EXPECT_EQ(get(sidecar.streams(), "/events/t?poll=5s&tail=1").status, 200);
}

TEST(PollLimit, IsToldByAStatus) {
  Sidecar sidecar(Config{.server = {"max_connections: 1"},
                         .connectors = {"local: { embedded: {} }"},
                         .topics = {"t: { from: local }"}});
  EventStream held(sidecar.streams(), "/events/t");
  const auto refused = get(sidecar.streams(), "/events/t?poll=1s");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.header("Retry-After"));
}

}  // namespace
}  // namespace e2e
