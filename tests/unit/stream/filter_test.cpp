// Fields of a topic, tags of a record, and the filters that compare them.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/filter/tagger.hpp"

namespace sidestream {
namespace {

using Kind = FieldName::Kind;
using Values = std::vector<std::string>;

const FieldName key{Kind::key, {}};
const FieldName event{Kind::event, {}};
FieldName header(std::string name) { return {Kind::header, std::move(name)}; }
FieldName json(std::string pointer) { return {Kind::json, std::move(pointer)}; }

TopicSettings topic_with(std::vector<FieldName> fields) {
  TopicSettings topic;
  for (FieldName& field : fields) topic.filters.push_back({"p", std::move(field)});
  return topic;
}

// The tags of a record as texts: `-` without a value, `?` where it is unknown.
Values tags_of(const Record& record, const TopicSettings& topic,
               OffsetFormat format = OffsetFormat::integer, bool parses = true) {
  const TopicFields fields(topic);
  std::string bytes;
  Tagger(topic, fields, format).append(record, parses, bytes);
  FieldTags tags(bytes);
  Values values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const FieldTags::Value value = tags.next();
    values.emplace_back(value.kind == FieldTags::Value::Kind::none      ? "-"
                        : value.kind == FieldTags::Value::Kind::unknown ? "?"
                                                                        : value.text);
  }
  return values;
}

TEST(TopicFieldsTest, ContainsEachFieldOnceWithTheKeyFirst) {
  TopicSettings topic = topic_with({event, json("/b"), header("h"), json("/a"), key, json("/b")});
  topic.only.push_back({header("h"), {}});
  const TopicFields fields(topic);
  ASSERT_EQ(fields.size(), 5u);
  EXPECT_EQ(fields.index_of(key), 0);
  EXPECT_EQ(fields.index_of(json("/a")), 1);
  EXPECT_EQ(fields.index_of(json("/b")), 2);
  EXPECT_EQ(fields.index_of(header("h")), 3);
  EXPECT_EQ(fields.index_of(event), 4);
  EXPECT_EQ(fields.index_of(json("/c")), std::nullopt);
  EXPECT_EQ(fields.json_paths().size(), 2u);
  EXPECT_TRUE(TopicFields(TopicSettings()).empty());
}

TEST(TaggerTest, TakesKeyEventAndTheLastHeaderOfAName) {
  TopicSettings topic = topic_with({key, event, header("tenant"), header("none")});
  topic.event_header = "type";
  const std::vector<Header> headers{
      {"tenant", "a"}, {"type", "created"}, {"none", "x"}, {"tenant", "b"}, {"none", {}}};
  Record record;
  record.value = "v";
  record.headers = headers;
  EXPECT_EQ(tags_of(record, topic), (Values{"-", "-", "b", "created"})) << "without a value: none";
  record.key = "k";
  EXPECT_EQ(tags_of(record, topic)[0], "k");
}

TEST(TaggerTest, TakesTheTopicsEventNameWhereARecordHasNone) {
  TopicSettings topic = topic_with({event});
  Record record;
  record.value = "v";
  EXPECT_EQ(tags_of(record, topic), Values{"-"});
  topic.event_name = "order";
  EXPECT_EQ(tags_of(record, topic), Values{"order"});
  record.event = "cancelled";
  EXPECT_EQ(tags_of(record, topic), Values{"cancelled"});
  record.value.reset();
  EXPECT_EQ(tags_of(record, topic), Values{"delete"});
}

TEST(TaggerTest, TakesScalarsOfTheValueByTheirText) {
  const TopicSettings topic =
      topic_with({json("/a"), json("/b/0"), json("/c"), json("/d"), json("/e"), json("/f")});
  Record record;
  record.value = R"({"a":"eu","b":[1.50],"c":true,"d":null,"e":{"x":1}})";
  EXPECT_EQ(tags_of(record, topic), (Values{"eu", "1.50", "true", "-", "-", "-"}));
}

TEST(TaggerTest, TakesNothingOfAValueThatIsNotJson) {
  const TopicSettings topic = topic_with({json("/a"), key});
  Record record;
  record.key = "k";
  for (const char* value : {"", "text", R"({"a":"eu")", R"({"a":"eu"} x)", "{\"a\":\"\xff\"}"}) {
    record.value = value;
    EXPECT_EQ(tags_of(record, topic), (Values{"k", "-"})) << value;
  }
  record.value.reset();
  EXPECT_EQ(tags_of(record, topic), (Values{"k", "-"}));
}

TEST(TaggerTest, LeavesJsonUnknownWhereItIsNotParsed) {
  const TopicSettings topic = topic_with({json("/a"), key});
  Record record;
  record.value = R"({"a":"eu"})";
  EXPECT_EQ(tags_of(record, topic, OffsetFormat::integer, false), (Values{"-", "?"}));
}

TEST(TaggerTest, TakesFieldsOfAnEntry) {
  TopicSettings topic = topic_with({key, header("event"), header("key"), header("user")});
  const std::vector<Header> headers{{"user", "u"}};
  Record record;
  record.value = "v";
  record.key = "k";
  record.event = "e";
  record.headers = headers;
  EXPECT_EQ(tags_of(record, topic, OffsetFormat::entry), (Values{"k", "e", "k", "u"}));
  topic.key_field = "user";
  EXPECT_EQ(tags_of(record, topic, OffsetFormat::entry), (Values{"u", "e", "k", "u"}));
  topic.key_field = "none";
  EXPECT_EQ(tags_of(record, topic, OffsetFormat::entry)[0], "-");
}

TEST(TaggerTest, DropsValuesThatNoRequestCanName) {
  const TopicSettings topic = topic_with({key, event});
  Record record;
  record.value = "v";
  const std::string longest(tag_bytes_max, 'k'), longer(tag_bytes_max + 1, 'k');
  record.key = longest;
  record.event = "e";
  EXPECT_EQ(tags_of(record, topic), (Values{longest, "e"}));
  record.key = longer;
  EXPECT_EQ(tags_of(record, topic), (Values{"-", "e"}));
}

// Tags of two fields; `-` and `?` as above.
std::string tags(const std::string& first, const std::string& second) {
  std::string bytes;
  for (const std::string& value : {first, second}) {
    if (value == "-")
      FieldTags::append_none(bytes);
    else if (value == "?")
      FieldTags::append_unknown(bytes);
    else
      FieldTags::append_text(bytes, value);
  }
  return bytes;
}

bool matches(const StreamFilter& filter, const std::string& first, const std::string& second) {
  const std::string bytes = tags(first, second);
  return filter.matches(FieldTags(bytes));
}

TEST(StreamFilterTest, MatchesWhenAllConditionsHold) {
  const StreamFilter filter({{1, {"eu", "us"}}, {0, {"alice"}}});
  EXPECT_TRUE(matches(filter, "alice", "eu"));
  EXPECT_TRUE(matches(filter, "alice", "us"));
  EXPECT_FALSE(matches(filter, "alice", "asia"));
  EXPECT_FALSE(matches(filter, "bob", "eu"));
  EXPECT_FALSE(matches(filter, "alic", "eu"));
  EXPECT_FALSE(matches(filter, "alice ", "eu"));
}

TEST(StreamFilterTest, MatchesNothingByAnAbsentField) {
  const StreamFilter filter({{1, {"", "eu"}}});
  EXPECT_FALSE(matches(filter, "x", "-"));
  EXPECT_TRUE(matches(filter, "x", ""));
}

TEST(StreamFilterTest, MatchesByTheKnownFieldsAlone) {
  const StreamFilter filter({{0, {"alice"}}, {1, {"eu"}}});
  EXPECT_TRUE(matches(filter, "alice", "?"));
  EXPECT_FALSE(matches(filter, "bob", "?"));
}

TEST(StreamFilterTest, NeedsEachConditionOfAField) {
  const StreamFilter filter({{0, {"a", "b"}}, {0, {"b", "c"}}});
  EXPECT_FALSE(matches(filter, "a", "-"));
  EXPECT_TRUE(matches(filter, "b", "-"));
}

TEST(StreamFilterTest, MatchesNothingWithoutAValue) {
  const StreamFilter none(std::vector<StreamFilter::Condition>{{0, {}}});
  EXPECT_FALSE(matches(none, "a", "-"));
  const StreamFilter too_long({{0, {std::string(tag_bytes_max + 1, 'k')}}});
  EXPECT_FALSE(matches(too_long, std::string(tag_bytes_max + 1, 'k'), "-"));
  const StreamFilter longest({{0, {std::string(tag_bytes_max, 'k')}}});
  EXPECT_TRUE(matches(longest, std::string(tag_bytes_max, 'k'), "-"));
}

TEST(StreamFilterTest, EqualsAFilterWithTheSameConditions) {
  const StreamFilter a({{0, {"a", "b"}}, {1, {"c"}}});
  EXPECT_EQ(a, StreamFilter({{1, {"c"}}, {0, {"b", "a", "b"}}}));
  EXPECT_NE(a, StreamFilter({{0, {"a", "b"}}}));
  EXPECT_NE(a, StreamFilter({{0, {"a"}}, {1, {"b", "c"}}}));
}

TEST(StreamFilterTest, ShowsItsConditions) {
  const StreamFilter filter({{3, {"z"}}, {1, {"b", "a"}}});
  const auto conditions = filter.conditions();
  ASSERT_EQ(conditions.size(), 2u);
  EXPECT_EQ(conditions[0].field, 1);
  EXPECT_EQ(conditions[0].values, (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(conditions[1].field, 3);
  EXPECT_EQ(conditions[1].values, std::vector<std::string_view>{"z"});
}

// Keys and values are longer than a hash or a prefix: neighbours must not be confused.
TEST(StreamFilterTest, ComparesWholeValues) {
  const std::string a = std::string(200, 'x') + "1", b = std::string(200, 'x') + "2";
  EXPECT_TRUE(matches(StreamFilter({{0, {a}}}), a, b));
  EXPECT_FALSE(matches(StreamFilter({{0, {a}}}), b, a));
}

}  // namespace
}  // namespace sidestream
