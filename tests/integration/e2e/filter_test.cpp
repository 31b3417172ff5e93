// `filters:` and `only:`: readers get the records that match, live and replayed alike, and their
// position moves over all others.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using Texts = std::vector<std::string>;

const char* const with_filters = "filters: { k: key, region: json./region, event: event }";

class Filter : public OnBroker {
 protected:
  explicit Filter(const std::string& topic = with_filters, std::vector<std::string> more = {})
      : stage_(GetParam(), {.topic = topic, .more_topics = std::move(more)}) {}

  // Record n has the key user-(n % 3) and the region eu (even) or us (odd).
  void append(int count) {
    std::vector<Input> inputs;
    for (int i = 0; i < count; ++i, ++written_) inputs.push_back(input(written_));
    for (auto& offset : stage_.append(inputs)) offsets_.push_back(std::move(offset));
  }
  Input input(int n) const {
    Input input;
    input.value =
        R"({"n":)" + std::to_string(n) + R"(,"region":")" + (n % 2 == 0 ? "eu" : "us") + R"("})";
    input.key = "user-" + std::to_string(n % 3);
    input.partition = n % stage_.partitions();
    return input;
  }
  // The numbers of the next records.
  static Texts take(EventStream& stream, std::size_t count) {
    Texts numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(stream.record().field("n"));
    return numbers;
  }
  // In any order: partitions have none among each other.
  static Texts sorted(Texts texts) {
    std::ranges::sort(texts);
    return texts;
  }
  static Texts numbers(int begin, int end, int step) {
    Texts all;
    for (int n = begin; n < end; n += step) all.push_back(std::to_string(n));
    return sorted(all);
  }

  mutable Stage stage_;
  int written_ = 0;
  std::vector<std::string> offsets_;
};
ON_KINDS(Filter, std::vector<std::string>({"embedded", "redis", "kafka1", "kafka3"}));

TEST_P(Filter, SendsLiveRecordsThatMatch) {
  auto by_key = stage_.open("k=user-1");
  auto by_both = stage_.open("k=user-0&k=user-2&region=us");
  for (auto* stream : {&by_key, &by_both}) EXPECT_EQ(stream->next().name, "stream-open");
  append(30);
  EXPECT_EQ(sorted(take(by_key, 10)), numbers(1, 30, 3));
  auto expected = numbers(3, 30, 6);
  for (const auto& n : numbers(5, 30, 6)) expected.push_back(n);
  EXPECT_EQ(sorted(take(by_both, 10)), sorted(expected));
  EXPECT_TRUE(by_key.is_silent(300ms));
  EXPECT_TRUE(by_both.is_silent(1ms));
}

TEST_P(Filter, ReplaysTheSameRecords) {
  append(60);
  auto stream = stage_.open("from=earliest&k=user-2&region=eu");
  EXPECT_EQ(sorted(take(stream, 10)), numbers(2, 60, 6));
  append(12);
  EXPECT_EQ(sorted(take(stream, 2)), numbers(62, 72, 6));
  EXPECT_TRUE(stream.is_silent(300ms));
  const auto catch_up = std::ranges::find(stream.controls(), "stream-catch-up", &Event::name);
  ASSERT_NE(catch_up, stream.controls().end());
  EXPECT_EQ(catch_up->field("records"), "null");
}

TEST_P(Filter, ResumesWhereItWas) {
  auto stream = stage_.open("k=user-1");
  EXPECT_EQ(stream.next().name, "stream-open");
  append(30);
  take(stream, 10);
  const auto id = stream.last_id();
  append(30);
  auto again = EventStream::resume(stage_.sidecar().streams(), "/events/t?k=user-1", id);
  EXPECT_EQ(sorted(take(again, 10)), numbers(31, 60, 3));
  EXPECT_TRUE(again.is_silent(300ms));
}

TEST_P(Filter, MovesTheCursorOverOtherRecords) {
  auto stream = stage_.open("k=nobody&heartbeat=1s");
  EXPECT_EQ(stream.next().name, "stream-open");
  append(30);
  const auto cursor = stream.control("stream-cursor");
  ASSERT_TRUE(cursor.id);
  // Without the filter nothing of what it has passed over comes again.
  auto all = stage_.resume(*cursor.id);
  append(3);
  EXPECT_EQ(sorted(take(all, 3)), numbers(30, 33, 1));
}

TEST_P(Filter, StartsAtTheNewestRecordsThatMatch) {
  if (stage_.partitions() > 1) GTEST_SKIP() << "tail counts in each partition";
  append(90);
  auto stream = stage_.open("tail=4&k=user-0");
  EXPECT_EQ(take(stream, 4), (Texts{"78", "81", "84", "87"}));
  auto rare = stage_.open("tail=4&k=nobody");
  append(3);
  EXPECT_EQ(take(stream, 1), Texts{"90"});
  EXPECT_TRUE(rare.is_silent(300ms));
}

TEST_P(Filter, IgnoresParametersThatTheTopicDoesNotList) {
  auto stream = stage_.open("tenant=nobody");
  EXPECT_EQ(stream.next().name, "stream-open");
  append(3);
  EXPECT_EQ(sorted(take(stream, 3)), numbers(0, 3, 1));
}

TEST_P(Filter, MatchesNothingInTextThatIsNotJson) {
  auto stream = stage_.open("region=eu");
  EXPECT_EQ(stream.next().name, "stream-open");
  std::vector<Input> inputs{input(0), input(0)};
  inputs[0].value = R"({"n":0,"region":"eu")";
  stage_.append(inputs);
  EXPECT_EQ(stream.record().data, *inputs[1].value);
}

TEST_P(Filter, TellsOfLossesWithoutAnExactNumber) {
  if (!stage_.source().can_trim()) GTEST_SKIP() << "its records are nobody else's";
  if (stage_.partitions() > 1) GTEST_SKIP() << "one partition is enough";
  append(30);
  stage_.source().trim(0, offsets_[20]);
  auto stream = EventStream::resume(stage_.sidecar().streams(), "/events/t?k=user-1", offsets_[3]);
  EXPECT_EQ(stream.next().name, "stream-open");
  const auto gap = stream.next();
  ASSERT_EQ(gap.name, "stream-gap");
  EXPECT_NE(gap.data.find(R"("exact":false)"), std::string::npos) << gap.data;
  EXPECT_EQ(take(stream, 3), (Texts{"22", "25", "28"}));
}

// A topic that holds all its readers to some records.
class Only : public Filter {
 protected:
  Only() : Filter("only: { key: [user-0, user-1] }, filters: { region: json./region }") {}
};
ON_KINDS(Only, one_of_each());

TEST_P(Only, HoldsEveryReader) {
  auto all = stage_.open("from=earliest");
  auto eu = stage_.open("from=earliest&region=eu");
  append(12);
  auto expected = numbers(0, 12, 3);
  for (const auto& n : numbers(1, 12, 3)) expected.push_back(n);
  EXPECT_EQ(take(all, 8).size(), 8u);
  EXPECT_EQ(take(eu, 4), (Texts{"0", "4", "6", "10"}));
  auto replayed = stage_.open("from=earliest");
  EXPECT_EQ(sorted(take(replayed, 8)), sorted(expected));
  EXPECT_TRUE(replayed.is_silent(300ms));
}

// A second topic on the same log that lists no filter.
class SeveralTopics : public OnBroker {};
ON_KINDS(SeveralTopics, one_of_each());

TEST_P(SeveralTopics, NarrowsEachTopicThatListsTheParameter) {
  auto source = make_source(GetParam());
  Config config;
  config.connectors.push_back("b: " + source->connector());
  config.topics.push_back("t: { from: b, " + source->log_keys() + ", filters: { k: key } }");
  config.topics.push_back("u: { from: b, " + source->log_keys() + " }");
  Sidecar sidecar(config);
  source->attach(sidecar.streams(), "/events/t");
  EventStream stream(sidecar.streams(), "/events?topic=t&topic=u&k=a");
  EXPECT_EQ(stream.next().name, "stream-open");
  source->append({{.value = "1", .key = "a"}, {.value = "2", .key = "b"}});
  Texts values;
  for (int i = 0; i < 3; ++i) values.push_back(stream.record().data);
  std::ranges::sort(values);
  EXPECT_EQ(values, (Texts{"1", "1", "2"}));
  EXPECT_TRUE(stream.is_silent(300ms));
  const auto id = stream.last_id();
  source->append({{.value = "3", .key = "b"}, {.value = "4", .key = "a"}});
  auto again = EventStream::resume(sidecar.streams(), "/events?topic=t&topic=u&k=a", id);
  values.clear();
  for (int i = 0; i < 3; ++i) values.push_back(again.record().data);
  std::ranges::sort(values);
  EXPECT_EQ(values, (Texts{"3", "4", "4"}));
}

TEST(RedisFilter, ComparesFieldsOfEntries) {
  auto source = make_source("redis");
  Config config;
  config.connectors.push_back("b: " + source->connector());
  config.topics.push_back("t: { from: b, " + source->log_keys() +
                          ", key: user, filters: { k: key, tenant: header.tenant, "
                          "city: json./city } }");
  Sidecar sidecar(config);
  EventStream by_key(sidecar.streams(), "/events/t?k=ann");
  EventStream by_field(sidecar.streams(), "/events/t?tenant=acme");
  EventStream by_json(sidecar.streams(), "/events/t?city=Berlin");
  for (auto* stream : {&by_key, &by_field, &by_json}) EXPECT_EQ(stream->next().name, "stream-open");
  RedisClient redis(shared_redis().address());
  const auto add = [&](std::vector<std::string> fields) {
    std::vector<std::string> words{"XADD", source->log(), "*"};
    words.insert(words.end(), fields.begin(), fields.end());
    redis.command(words);
  };
  add({"data", "1", "user", "ann", "key", "bob"});
  add({"data", "2", "user", "bob", "key", "ann", "tenant", "acme"});
  add({"city", "Berlin", "user", "eve"});
  EXPECT_EQ(by_key.record().data, "1");
  EXPECT_EQ(by_field.record().data, "2");
  EXPECT_EQ(by_json.record().field("city"), "\"Berlin\"");
  for (auto* stream : {&by_key, &by_field, &by_json}) EXPECT_TRUE(stream->is_silent(200ms));
}

}  // namespace
}  // namespace e2e
