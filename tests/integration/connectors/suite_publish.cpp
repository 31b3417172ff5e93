// Publishing, and the records that readers get.
#include <algorithm>
#include <map>

#include "tests/integration/connectors/suite.hpp"

namespace sidestream::test {
namespace {

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes + std::string("\0\r\n\0", 4);
}

// The event name: the broker's field, or the header "event".
std::string event_of(const Seen& record) {
  if (!record.event.empty()) return record.event;
  for (const auto& [name, value] : record.headers) {
    if (name == "event") return value.value_or("");
  }
  return {};
}

}  // namespace

TEST_P(ConnectorSuite, AnswersAPublishWithTheOffsetThatReadersSee) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  std::vector<Offset> acknowledged;
  for (int i = 0; i < 50; ++i) {
    const auto published = publish(log, {.value = "v" + std::to_string(i)}).value();
    EXPECT_EQ(published.partition, 0);
    EXPECT_EQ(published.partitions, 1);
    acknowledged.push_back(published.offset);
  }
  ASSERT_TRUE(sink.wait_records(50));
  EXPECT_EQ(offsets_of(sink.records()), acknowledged);
  EXPECT_EQ(sink.records().at(49).value, "v49");
}

TEST_P(ConnectorSuite, AcknowledgesEachConcurrentPublishOnce) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  constexpr int count = 2000;
  std::vector<Answer<Published>> answers(count);
  for (int i = 0; i < count; ++i) {
    connector().publish(log, {.value = std::to_string(i)},
                        answers[static_cast<std::size_t>(i)].callback());
  }
  std::map<Offset, std::string> expected;
  for (int i = 0; i < count; ++i) {
    expected[answers[static_cast<std::size_t>(i)].get().value().offset] = std::to_string(i);
  }
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(count)) << "each offset is used once";
  ASSERT_TRUE(sink.wait_records(count));
  std::map<Offset, std::string> seen;
  for (const auto& record : sink.records()) seen[record.offset] = record.value.value();
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(sink.count(), static_cast<std::size_t>(count));
  EXPECT_GE(connector().probe().published.load(), static_cast<std::uint64_t>(count));
}

TEST_P(ConnectorSuite, CreatesTheLogOnPublishOrAnswersNoSuchLog) {
  const auto log = new_log() + "-missing";
  const auto published = publish(log, {.value = "first"});
  if (!broker().creates_logs()) {
    EXPECT_EQ(published.error(), Errc::no_such_log);
  } else {
    EXPECT_EQ(only_extent(log).last, published.value().offset);
  }
}

TEST_P(ConnectorSuite, DeliversKeyAndEvent) {
  const auto log = new_log();
  const auto start = end_of(log);
  RecordingSink sink;
  const auto tail = connector().tail(log, start, sink);
  publish(log, {.value = "v", .key = "k", .event = "greeting", .event_header = "event"}).value();
  publish(log, {.value = "w", .event_header = "event"}).value();
  ASSERT_TRUE(sink.wait_records(2));
  auto seen = sink.records();
  EXPECT_EQ(seen[0].key, "k");
  EXPECT_EQ(event_of(seen[0]), "greeting");
  EXPECT_EQ(seen[1].key, std::nullopt);
  EXPECT_EQ(event_of(seen[1]), "");

  seen = read_all(log, start[0], seen[1].offset);
  ASSERT_EQ(seen.size(), 2u) << "the range has the same records as the tail";
  EXPECT_EQ(seen[0].key, "k");
  EXPECT_EQ(event_of(seen[0]), "greeting");
  EXPECT_EQ(seen[1].key, std::nullopt);
  EXPECT_EQ(event_of(seen[1]), "");
}

// What the encoder tells apart must arrive as it was: any byte, and an empty key is a key.
TEST_P(ConnectorSuite, DeliversAnyBytesInKeyAndEvent) {
  const auto log = new_log();
  const auto start = end_of(log);
  const std::vector<std::optional<std::string>> keys{
      std::string("\0\0\0\xc8", 4), "AAAAyA==", "base64:x", every_byte(), "", std::nullopt};
  RecordingSink sink;
  const auto tail = connector().tail(log, start, sink);
  for (const auto& key : keys) {
    publish(
        log,
        {.value = "\xff\xfe", .key = key, .event = "\xff" + every_byte(), .event_header = "event"})
        .value();
  }
  ASSERT_TRUE(sink.wait_records(keys.size()));
  const auto ranged = read_all(log, start[0], sink.records().back().offset);
  for (const auto& seen : {sink.records(), ranged}) {
    ASSERT_EQ(seen.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_TRUE(seen[i].key == keys[i]) << i;
      EXPECT_EQ(seen[i].value, "\xff\xfe");
      EXPECT_TRUE(event_of(seen[i]) == "\xff" + every_byte()) << i;
    }
  }
}

TEST_P(ConnectorSuite, DeliversPublishedValuesUnchanged) {
  const auto log = new_log();
  const auto start = end_of(log);
  const std::vector<std::string> values{
      every_byte(), "", "line\nline\r\n", std::string(1, '\0'), std::string(1024 * 1024, 'm'),
      "last"};
  RecordingSink sink;
  const auto tail = connector().tail(log, start, sink);
  for (const auto& value : values) publish(log, {.value = value}).value();
  ASSERT_TRUE(sink.wait_records(values.size()));
  EXPECT_TRUE(values_of(sink.records()) == values);
  const auto ranged = read_all(log, start[0], sink.records().back().offset);
  EXPECT_TRUE(values_of(ranged) == values);
}

TEST_P(ConnectorSuite, DeliversValuesOfAnotherProducerUnchanged) {
  const auto log = new_log();
  const auto start = end_of(log);
  const std::vector<std::string> values{every_byte(), "", std::string(1024 * 1024, 'm'), "last"};
  RecordingSink sink;
  const auto tail = connector().tail(log, start, sink);
  append_values(log, values);
  ASSERT_TRUE(sink.wait_records(values.size()));
  EXPECT_TRUE(values_of(sink.records()) == values);
}

TEST_P(TombstoneSuite, DeliversATombstoneWithoutValue) {
  const auto log = new_log();
  RecordingSink sink;
  const auto tail = connector().tail(log, end_of(log), sink);
  const std::vector<NewRecord> records{{.value = std::nullopt, .key = "k"}, {.value = ""}};
  broker().append(log, 0, records);
  ASSERT_TRUE(sink.wait_records(2));
  EXPECT_EQ(sink.records()[0].value, std::nullopt);
  EXPECT_EQ(sink.records()[1].value, "");
}

TEST_P(ConnectorSuite, DeliversTheTimestampOfTheBroker) {
  const auto log = new_log();
  const auto start = end_of(log);
  const auto before =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto at = publish(log, {.value = "now"}).value().offset;
  const auto after = std::chrono::system_clock::now();
  const auto record = read_all(log, start[0], at).at(0);
  EXPECT_GE(record.timestamp, before);
  EXPECT_LE(record.timestamp, after);
}

}  // namespace sidestream::test
