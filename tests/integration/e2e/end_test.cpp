// `end:`: logs that end, what their readers are sent last, and the 204 that keeps them away then.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/integration/e2e/end_stream.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class End : public OnBroker {
 protected:
  explicit End(const std::string& topic = ends_by_event) : stage_(GetParam(), {.topic = topic}) {}

  std::string append_end(const std::string& value = "bye") {
    return stage_.append_value(value, "done");
  }
  Response ask(const std::string& query = {}, const std::string& id = {}) {
    Headers headers{{"Origin", "https://app.example"}};
    if (!id.empty()) headers.emplace_back("Last-Event-ID", id);
    return get(stage_.sidecar().streams(), path(query), headers);
  }
  static std::string path(const std::string& query) {
    return Stage::path + (query.empty() ? "" : "?" + query);
  }
  static void expect_over(const Response& response) {
    EXPECT_EQ(response.status, 204) << response.raw;
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    EXPECT_EQ(response.header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(response.body, "");
  }
  Stage stage_;
};
ON_KINDS(End, one_of_each());

TEST_P(End, SendsTheRecordThenStreamEndAndEndsCleanly) {
  auto stream = stage_.live();
  stage_.append_value("one", "word");
  const auto id = append_end();
  const auto events = rest_of(stream);
  EXPECT_EQ(names_of(events), (Names{"word", "done", "stream-end"}));
  EXPECT_EQ(events.at(1).data, "bye");
  EXPECT_EQ(events.at(1).id, id);
  expect_end(events, id);
  const auto metrics = stage_.sidecar().metrics();
  EXPECT_EQ(metrics.sum("sidestream_ends_total", {"topic=\"t\"", "reason=\"end\""}), 1);
}

TEST_P(End, IsOverForTheEndRecordsOwnIdAndForLiveStarts) {
  stage_.append_value("one");
  const auto id = append_end();
  expect_over(ask({}, id));
  expect_over(ask());
  expect_over(ask("from=live"));
  expect_over(ask("lastEventId=" + url_encode(id)));
  EXPECT_EQ(stage_.sidecar().metrics().sum("sidestream_ended_starts_total"), 4);
}

TEST_P(End, SendsTheRestToOlderIdsAndEarliest) {
  const auto first = stage_.append_value("one", "word");
  stage_.append_value("two", "word");
  const auto id = append_end();
  expect_over(ask({}, id));
  auto resumed = stage_.resume(first);
  const auto rest = rest_of(resumed);
  EXPECT_EQ(names_of(rest),
            (Names{"stream-open", "stream-catch-up", "word", "done", "stream-live", "stream-end"}));
  expect_end(rest, id);
  auto earliest = stage_.open("from=earliest");
  const auto all = rest_of(earliest);
  EXPECT_EQ(all.size(), 7u);
  expect_end(all, id);
}

TEST_P(End, ResetsIdsBeyondTheEndOrWithoutMeaning) {
  const auto id = append_end();
  for (const auto& wrong : {offset_after(id), std::string("garbage")}) {
    auto stream = stage_.resume(wrong);
    const auto events = rest_of(stream);
    EXPECT_EQ(names_of(events), (Names{"stream-open", "stream-reset", "stream-end"})) << wrong;
    expect_end(events, id);
  }
}

TEST_P(End, IsForgottenByAPublishThroughThisReplica) {
  Stage stage(GetParam(),
              {.topic = GetParam() == "embedded" ? ends_by_event
                                                 : std::string(ends_by_event) + ", publish: true"});
  const auto publish = [&](const std::string& event) {
    const auto answer = post(stage.sidecar().streams(), path("event=" + event), "x");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return std::string(boost::json::parse(answer.body).at("id").as_string());
  };
  for (int round = 0; round < 5; ++round) {
    const auto end = publish("done");
    const auto over = get(stage.sidecar().streams(), Stage::path, {{"Last-Event-ID", end}});
    ASSERT_EQ(over.status, 204);
    publish("more");
    auto stream = stage.resume(end);
    EXPECT_EQ(stream.record().name, "more");
    EXPECT_TRUE(stream.is_silent(50ms));
  }
}

TEST_P(End, GoesOnWhenARecordFollowsTheEndRecord) {
  const auto end = append_end();
  const auto more = stage_.append_value("more", "word");
  for (const auto& from : {std::string("from=earliest"), "lastEventId=" + url_encode(end)}) {
    auto stream = stage_.open(from);
    while (stream.record().data != "more") {
    }
    EXPECT_TRUE(stream.is_silent(200ms));
    EXPECT_EQ(stream.end(), EventStream::End::open);
  }
  auto live = stage_.live();
  const auto id = append_end();
  expect_end(rest_of(live), id);
  expect_over(ask({}, id));
}

TEST_P(End, IsSeenBehindAReaderWhoReadsItAll) {
  stage_.append(300);
  const auto id = append_end();
  auto stream = stage_.open("from=earliest");
  EXPECT_EQ(stream.records(300).size(), 300u);
  expect_end(rest_of(stream), id);
}

TEST_P(End, ShowsNothingWithoutRights) {
  auto source = make_source(GetParam());
  Config config;
  config.connectors.push_back("b: " + source->connector());
  config.topics.push_back("t: { from: b, " + source->log_keys() + ", " + ends_by_event + " }");
  config.topics.push_back("u: { from: b, " + source->log_keys() + ", read: none, " + ends_by_event +
                          " }");
  Sidecar sidecar(config);
  source->attach(sidecar.streams(), "/events/t");
  source->append({{.value = "bye", .event = "done"}});
  EXPECT_EQ(get(sidecar.streams(), "/events/t").status, 204);
  EXPECT_EQ(get(sidecar.streams(), "/events/u").status, 403);
  EXPECT_EQ(get(sidecar.streams(), "/events?topic=t&topic=u").status, 403);
}

TEST_P(End, EndsSeveralTopicsWhenAllHaveEnded) {
  auto first = make_source(GetParam()), second = make_source(GetParam());
  Config config;
  config.connectors = {"a: " + first->connector(), "b: " + second->connector()};
  config.topics = {"t: { from: a, " + first->log_keys() + ", " + ends_by_event + " }",
                   "u: { from: b, " + second->log_keys() + ", " + ends_by_event + " }",
                   "v: { from: b, " + second->log_keys() + " }"};
  Sidecar sidecar(config);
  first->attach(sidecar.streams(), "/events/t");
  second->attach(sidecar.streams(), "/events/u");
  EventStream both(sidecar.streams(), "/events?topic=t&topic=u");
  EventStream endless(sidecar.streams(), "/events?topic=t&topic=v");
  for (auto* stream : {&both, &endless}) EXPECT_EQ(stream->next().name, "stream-open");
  const auto a = first->append({{.value = "bye", .event = "done"}}).at(0);
  EXPECT_EQ(both.record().data, "bye");
  EXPECT_TRUE(both.is_silent(200ms));
  const auto b = second->append({{.value = "bye", .event = "failed"}}).at(0);
  const auto events = rest_of(both);
  EXPECT_EQ(names_of(events), (Names{"failed", "stream-end"}));
  expect_end(events, "t~" + a + "~~u~" + b);
  EXPECT_EQ(get(sidecar.streams(), "/events?topic=t&topic=u").status, 204);
  EXPECT_EQ(
      get(sidecar.streams(), "/events?topic=t&topic=u", {{"Last-Event-ID", *events.back().id}})
          .status,
      204);
  endless.records(2);
  EXPECT_TRUE(endless.is_silent(200ms));
  EXPECT_EQ(endless.end(), EventStream::End::open);
}

// Nobody can publish a larger event to an embedded log.
std::string size_limit(int bytes) {
  if (OnBroker::GetParam() == "embedded") return {};
  return ", max_event: " + std::to_string(bytes) + "B";
}

// What readers don't get ends their streams all the same.
class SuppressedEnd : public End {
 protected:
  SuppressedEnd()
      : End("end: { event: done }, only: { key: mine }, control_events: false" + size_limit(10)) {}
};
ON_KINDS(SuppressedEnd, one_of_each());

TEST_P(SuppressedEnd, SendsStreamEndToReadersWithoutTheRecord) {
  auto stream = stage_.open();
  const auto mine =
      stage_.append({{.value = "1", .key = "mine"}, {.value = "2", .key = "other"}}).at(0);
  EXPECT_EQ(stream.record().data, "1");
  const auto id = append_end("not mine");
  EXPECT_EQ(names_of(rest_of(stream)), (Names{"stream-end"}));
  auto again = stage_.resume(mine);
  const auto events = rest_of(again);
  EXPECT_EQ(names_of(events), (Names{"stream-end"}));
  expect_end(events, id);
}

// By a value that is too large to be sent, and wherever a reader starts.
class EndByValue : public End {
 protected:
  EndByValue() : End("end: { json./state: [closed, 9] }" + size_limit(30)) {}
};
ON_KINDS(EndByValue, one_of_each());

TEST_P(EndByValue, ComparesTheValueByItsText) {
  for (const char* value : {R"({"state":"open"})", R"({"state":[9]})", R"({"state":null})"}) {
    stage_.append_value(value);
  }
  auto stream = stage_.live();
  EXPECT_TRUE(stream.is_silent(200ms));
  const auto id = stage_.append_value(R"({"state":9,"and":"some more text"})");
  const auto events = rest_of(stream);
  const std::string sent = GetParam() == "embedded" ? "" : "stream-gap";
  EXPECT_EQ(names_of(events), (Names{sent, "stream-end"}));
  expect_end(events, id);
  EXPECT_EQ(ask({}, id).status, 204);
}

// Brokers whose records others write and remove.
class EndElsewhere : public End {};
ON_KINDS(EndElsewhere, one_of_others());

TEST_P(EndElsewhere, HidesNoRecordFromAnyOtherId) {
  const auto first = stage_.append_value("one", "word");
  const auto end = append_end();
  expect_over(ask({}, end));
  stage_.append_value("more", "word");
  auto older = stage_.resume(first);
  EXPECT_EQ(older.record().name, "done");
  EXPECT_EQ(older.record().data, "more");
  EXPECT_TRUE(older.is_silent(200ms));
}

TEST_P(EndElsewhere, HasNotEndedOnceTheEndRecordWasTrimmed) {
  stage_.append_value("one");
  const auto end = append_end();
  stage_.source().trim(0, offset_after(end));
  auto live = stage_.live();
  EXPECT_TRUE(live.is_silent(200ms));
  auto earliest = stage_.open("from=earliest");
  EXPECT_TRUE(earliest.is_silent(200ms));
  stage_.append_value("two");
  EXPECT_EQ(live.record().data, "two");
}

TEST_P(EndElsewhere, IsTheSameOnEveryReplica) {
  const auto end = append_end();
  for (auto* sidecar : {&stage_.sidecar(), &stage_.replica()}) {
    const auto over = get(sidecar->streams(), Stage::path, {{"Last-Event-ID", end}});
    EXPECT_EQ(over.status, 204);
  }
}
}  // namespace
}  // namespace e2e
