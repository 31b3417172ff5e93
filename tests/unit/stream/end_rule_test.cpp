// Which records end a log, and what is remembered of it.

#include "sidecar/stream/end/end_rule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "scripted_connector.hpp"
#include "sidecar/stream/end/ended_logs.hpp"
#include "sidecar/stream/ingest/record_pipeline.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

using Kind = FieldName::Kind;

ValuePattern text(std::string value) { return {{{ValuePiece::Kind::text, std::move(value)}}}; }

TopicSettings ending(FieldName field, std::vector<std::string> values) {
  TopicSettings topic;
  topic.name = "job";
  topic.end.push_back({std::move(field), {}});
  for (std::string& value : values) topic.end.back().values.push_back(text(std::move(value)));
  return topic;
}

bool ends(const TopicSettings& topic, const Record& record,
          OffsetFormat format = OffsetFormat::integer) {
  const TopicFields fields(topic);
  return EndRule(topic, fields, format).matches(record);
}

Record with_value(std::string_view value) {
  Record record;
  record.value = value;
  return record;
}

TEST(EndRuleTest, DoesNotExistWithoutTheSetting) {
  const TopicSettings topic;
  const TopicFields fields(topic);
  EXPECT_FALSE(EndRule(topic, fields, OffsetFormat::integer).exists());
}

TEST(EndRuleTest, ComparesTheEventNameByTheTopicsHeader) {
  TopicSettings topic = ending({Kind::event, {}}, {"done", "failed"});
  topic.event_header = "type";
  const Header done{"type", "done"}, open{"type", "doing"};
  Record record = with_value("x");
  record.headers = std::span(&done, 1);
  EXPECT_TRUE(ends(topic, record));
  record.headers = std::span(&open, 1);
  EXPECT_FALSE(ends(topic, record));
  record.headers = {};
  EXPECT_FALSE(ends(topic, record));
}

TEST(EndRuleTest, ComparesTheLastOfSeveralHeaders) {
  const TopicSettings topic = ending({Kind::header, "state"}, {"closed"});
  const Header closed_last[]{{"state", "open"}, {"state", "closed"}};
  const Header open_last[]{{"state", "closed"}, {"state", "open"}};
  Record record = with_value("x");
  record.headers = closed_last;
  EXPECT_TRUE(ends(topic, record));
  record.headers = open_last;
  EXPECT_FALSE(ends(topic, record));
}

TEST(EndRuleTest, ComparesJsonValuesByTheirText) {
  const TopicSettings topic = ending({Kind::json, "/finished"}, {"true", "1.0"});
  EXPECT_TRUE(ends(topic, with_value(R"({"finished":true})")));
  EXPECT_TRUE(ends(topic, with_value(R"({"finished":"true"})")));
  EXPECT_TRUE(ends(topic, with_value(R"({"finished":1.0})")));
  EXPECT_FALSE(ends(topic, with_value(R"({"finished":1})")));
}

TEST(EndRuleTest, MatchesNoNullObjectOrArray) {
  const TopicSettings topic = ending({Kind::json, "/x"}, {"null", "{}", "[]", ""});
  for (const char* value : {R"({"x":null})", R"({"x":{}})", R"({"x":[]})", "{}", "no JSON"}) {
    EXPECT_FALSE(ends(topic, with_value(value))) << value;
  }
}

TEST(EndRuleTest, NeedsAllFields) {
  TopicSettings topic = ending({Kind::key, {}}, {"a"});
  topic.end.push_back({{Kind::json, "/done"}, {text("true")}});
  Record record = with_value(R"({"done":true})");
  EXPECT_FALSE(ends(topic, record));
  record.key = "a";
  EXPECT_TRUE(ends(topic, record));
}

TEST(EndRuleTest, NamesTheFieldsOfAnEntryThatItReads) {
  TopicSettings topic = ending({Kind::event, {}}, {"done"});
  topic.key_field = "user";
  topic.end.push_back({{Kind::key, {}}, {text("a")}});
  topic.end.push_back({{Kind::header, "state"}, {text("b")}});
  const TopicFields fields(topic);
  const EndRule rule(topic, fields, OffsetFormat::entry);
  EXPECT_EQ(rule.entry_fields(), (std::vector<std::string>{"event", "user", "state"}));
  EXPECT_FALSE(rule.reads_value());
  topic.end.push_back({{Kind::json, "/x"}, {text("c")}});
  const TopicFields more(topic);
  EXPECT_TRUE(EndRule(topic, more, OffsetFormat::entry).reads_value());
}

class EndMarkTest : public testing::Test {
 protected:
  EndMark mark(TopicSettings settings, const Record& record) {
    const Topic topic(std::move(settings), test::borrowed(broker_));
    const RecordPipeline pipeline(topic);
    EncodedBatch batch;
    pipeline.run({&record, 1}, batch);
    EXPECT_TRUE(batch.hidden(batch.items().at(0)).tags.empty());
    return batch.items().at(0).mark;
  }
  ScriptedConnector broker_{1};
};

TEST_F(EndMarkTest, MarksRecordsWithoutKeepingTheirTags) {
  const TopicSettings topic = ending({Kind::json, "/x"}, {"1"});
  EXPECT_EQ(mark(topic, with_value(R"({"x":1})")), EndMark::ends);
  EXPECT_EQ(mark(topic, with_value(R"({"x":2})")), EndMark::goes_on);
}

TEST_F(EndMarkTest, MarksARecordThatIsTooLargeToSend) {
  TopicSettings topic = ending({Kind::json, "/x"}, {"1"});
  topic.max_event = 4;
  EXPECT_EQ(mark(topic, with_value(R"({"x":1})")), EndMark::ends);
  EXPECT_EQ(mark(topic, with_value(R"({"x":2})")), EndMark::goes_on);
}

TEST_F(EndMarkTest, MarksARecordThatIsSkipped) {
  const TopicSettings topic = ending({Kind::key, {}}, {"last"});
  Record tombstone;
  tombstone.key = "last";
  EXPECT_EQ(mark(topic, tombstone), EndMark::ends);
}

class EndedLogsTest : public testing::Test {
 protected:
  std::shared_ptr<Topic> topic() {
    return std::make_shared<Topic>(ending({Kind::event, {}}, {"done"}), test::borrowed(broker_));
  }
  void remember(const std::shared_ptr<Topic>& topic, const std::string& log, std::int64_t offset) {
    ended_.remember(topic, log, {Offset::of(offset), Offset::of(offset), true},
                    ended_.ticket(*topic, log), now_);
  }

  ScriptedConnector broker_{1};
  EndedLogs ended_{3};
  const EndedLogs::Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(EndedLogsTest, RemembersForAMinute) {
  const auto job = topic();
  remember(job, "a", 7);
  ASSERT_TRUE(ended_.find(job, "a", now_ + std::chrono::seconds(59)));
  EXPECT_EQ(ended_.find(job, "a", now_)->newest, Offset::of(7));
  EXPECT_FALSE(ended_.find(job, "a", now_ + std::chrono::seconds(60)));
  EXPECT_FALSE(ended_.find(job, "b", now_));
}

TEST_F(EndedLogsTest, ForgetsForAllTopicsOfTheLog) {
  const auto job = topic(), same_log = topic();
  remember(job, "a", 7);
  ended_.forget(*same_log, "a");
  EXPECT_FALSE(ended_.find(job, "a", now_));
  remember(job, "a", 8);
  EXPECT_TRUE(ended_.find(job, "a", now_));
}

TEST_F(EndedLogsTest, DropsAnAnswerThatIsOlderThanAPublish) {
  const auto job = topic();
  const EndedLogs::Ticket ticket = ended_.ticket(*job, "a");
  ended_.forget(*job, "a");
  ended_.remember(job, "a", {Offset::of(7), Offset::of(7), true}, ticket, now_);
  EXPECT_FALSE(ended_.find(job, "a", now_));
}

TEST_F(EndedLogsTest, IsBounded) {
  const auto job = topic();
  for (int i = 0; i < 100; ++i) remember(job, std::to_string(i), i);
  int known = 0;
  for (int i = 0; i < 100; ++i) known += ended_.find(job, std::to_string(i), now_).has_value();
  EXPECT_GE(known, 1);
  EXPECT_LE(known, 3);
}

TEST_F(EndedLogsTest, DoesNotTakeAnotherTopicForTheOneThatIsGone) {
  auto job = topic();
  const Topic* address = job.get();
  remember(job, "a", 7);
  job.reset();
  // Usually at the same address.
  std::vector<std::shared_ptr<Topic>> next;
  for (int i = 0; i < 16 && (next.empty() || next.back().get() != address); ++i)
    next.push_back(topic());
  for (const auto& other : next) EXPECT_FALSE(ended_.find(other, "a", now_));
}

}  // namespace
}  // namespace sidestream
