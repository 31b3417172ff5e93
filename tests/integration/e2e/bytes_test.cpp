// What records become on the wire, to the byte. The parser of the bench refuses whatever else is
// wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Bytes : public OnBroker {};
ON_KINDS(Bytes, one_of_each());

// Records that a POST would refuse, or that a POST's own tests look at.
class BytesOfOthers : public OnBroker {};
ON_KINDS(BytesOfOthers, one_of_others());

// What a reader gets for a value.
std::string delivered(Stage& stage, EventStream& stream, const std::string& value) {
  stage.append_value(value);
  return stream.record().data;
}

TEST_P(Bytes, PreservesLines) {
  Stage stage(GetParam());
  auto stream = stage.live();
  for (const std::string value :
       {"plain", "two\nlines", "ends with a line end\n", "\n", "\n\n", "\nx\n\ny\n", "{\"a\": 1}",
        "grüße 你好 🚀", "\xE2\x80\xA8 and \xE2\x80\xA9 and \xC2\x85 end no line",
        "\x0B\x0C\x1C\x1D\x1E"}) {
    EXPECT_EQ(delivered(stage, stream, value), value);
  }
}

TEST_P(Bytes, TreatsCarriageReturnsAsLineEnds) {
  Stage stage(GetParam());
  auto stream = stage.live();
  EXPECT_EQ(delivered(stage, stream, "a\r\nb\rc"), "a\nb\nc");
  EXPECT_EQ(delivered(stage, stream, "a\r\r\nb\n\rc\r"), "a\n\nb\n\nc\n");
  EXPECT_EQ(delivered(stage, stream, "a\rid: 7\revent: forged\rretry: 1\r\rdata: x"),
            "a\nid: 7\nevent: forged\nretry: 1\n\ndata: x");
}

TEST_P(Bytes, KeepsAValueThatLooksLikeABlock) {
  Stage stage(GetParam());
  auto stream = stage.live();
  const std::string value = "x\n\nevent: forged\nid: 99\nretry: 1\ndata: y\n\n:\n\n";
  stage.append_value(value);
  const auto event = stream.record();
  EXPECT_EQ(event.data, value);
  EXPECT_EQ(event.name, "");
  EXPECT_FALSE(event.retry);
  stage.append_value("next");
  EXPECT_EQ(stream.record().data, "next");
}

TEST_P(Bytes, PreservesLeadingSpacesColonsAndFieldNames) {
  Stage stage(GetParam());
  auto stream = stage.live();
  for (const std::string value : {" one", "  two", ":", ": comment", "data:", "data: x", "id: 1",
                                  "event: e", "retry: 5", " ", "trailing "}) {
    EXPECT_EQ(delivered(stage, stream, value), value);
  }
}

TEST_P(Bytes, PreservesAByteOrderMark) {
  Stage stage(GetParam());
  auto stream = stage.live();
  EXPECT_EQ(delivered(stage, stream, "\xEF\xBB\xBFx"), "\xEF\xBB\xBFx");
  EXPECT_EQ(delivered(stage, stream, "\xEF\xBB\xBF"), "\xEF\xBB\xBF");
}

TEST_P(Bytes, SendsAnEmptyValueAsAnEvent) {
  Stage stage(GetParam());
  auto stream = stage.live();
  stage.append_value("");
  const auto event = stream.record();
  EXPECT_EQ(event.data, "");
  stage.append_value("after");
  auto again = stage.resume(event.id.value());
  EXPECT_EQ(again.record().data, "after");
}

TEST_P(Bytes, EncodesInvalidUtf8AsBase64ByDefault) {
  Stage stage(GetParam());
  auto stream = stage.live();
  EXPECT_EQ(delivered(stage, stream, "\xff\xfe ok"), "//4gb2s=");
  EXPECT_EQ(delivered(stage, stream, "\xC3"), "ww==");
  EXPECT_EQ(delivered(stage, stream, "\xED\xA0\x80"), "7aCA") << "a lone surrogate is not UTF-8";
  EXPECT_EQ(delivered(stage, stream, "good"), "good");
}

TEST_P(Bytes, ReplacesOrSkipsInvalidUtf8) {
  {
    Stage stage(GetParam(), {.topic = "invalid_utf8: replace"});
    auto stream = stage.live();
    EXPECT_EQ(delivered(stage, stream,
                        "a\xff"
                        "b"),
              "a\xEF\xBF\xBD"
              "b");
  }
  Stage stage(GetParam(), {.topic = "invalid_utf8: skip"});
  auto stream = stage.live();
  stage.append_value("before");
  stage.append_value("a\xff");
  stage.append_value("after");
  EXPECT_EQ(stream.record().data, "before");
  EXPECT_EQ(stream.record().data, "after");
}

TEST_P(Bytes, ObeysInvalidUtf8InEnvelopes) {
  {
    Stage stage(GetParam(), {.topic = "envelope: true, invalid_utf8: replace"});
    auto stream = stage.live();
    stage.append_value("\xff\xfe");
    const auto event = stream.record();
    EXPECT_EQ(event.field("value"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_THAT(event.data, Not(HasSubstr("encoding")));
  }
  Stage stage(GetParam(), {.topic = "envelope: true, invalid_utf8: skip"});
  auto stream = stage.live();
  stage.append_value("\xff\xfe");
  stage.append_value("after");
  EXPECT_EQ(stream.record().field("value"), "\"after\"");
}

TEST_P(Bytes, TellsDifferentKeysApart) {
  Stage stage(GetParam(), {.topic = "envelope: true"});
  auto stream = stage.live();
  const std::pair<std::string, std::string> keys[] = {
      {std::string("\0\0\0\xc8", 4), "base64:AAAAyA=="},
      {"AAAAyA==", "AAAAyA=="},
      {"base64:AAAAyA==", "base64:YmFzZTY0OkFBQUF5QT09"}};
  for (const auto& [key, sent] : keys) {
    stage.append({{.value = "v", .key = key}});
    EXPECT_EQ(stream.record().field("key"), '"' + sent + '"');
  }
}

TEST_P(Bytes, PreservesNul) {
  Stage stage(GetParam());
  auto stream = stage.live();
  const std::string value("a\0b", 3);
  EXPECT_EQ(delivered(stage, stream, value), value);
}

TEST_P(Bytes, SendsALargeRecordAsOneEvent) {
  Stage stage(GetParam(), {.topic = "max_event: 8MiB"});
  auto stream = stage.live();
  std::string value(900 * 1024, 'x');
  for (std::size_t i = 0; i < value.size(); i += 1021) value[i] = '\n';
  EXPECT_TRUE(delivered(stage, stream, value) == value);
  if (GetParam() != "kafka1") {  // whose producers and brokers stop at 1 MB unless told otherwise
    const std::string larger(5 * 1024 * 1024, 'y');
    EXPECT_TRUE(delivered(stage, stream, larger) == larger);
  }
}

TEST_P(BytesOfOthers, SendsAGapForARecordAboveTheLimit) {
  Stage stage(GetParam(), {.topic = "max_event: 1KiB"});
  auto stream = stage.live();
  stage.append_value(std::string(1024, 'a'));
  const auto large = stage.append_value(std::string(1025, 'b'));
  stage.append_value("after");
  EXPECT_EQ(stream.record().data.size(), 1024u) << "the limit is included";
  const auto gap = stream.control("stream-gap");
  EXPECT_EQ(gap.field("reason"), "\"too_large\"");
  EXPECT_EQ(stream.record().data, "after");
  // Who saw the notice is not told again; who didn't, is.
  auto later = stage.resume(gap.id.value_or(large));
  EXPECT_EQ(later.record().data, "after");
  auto earlier = stage.resume(offset_before(large));
  EXPECT_EQ(earlier.control("stream-gap").field("reason"), "\"too_large\"");
  EXPECT_EQ(earlier.record().data, "after");
}

TEST_P(BytesOfOthers, MeasuresTheEventNameToo) {
  Stage stage(GetParam(), {.topic = "max_event: 1KiB"});
  auto stream = stage.live();
  stage.append_value("x", std::string(100'000, 'e'));
  stage.append_value("x", std::string(1023, 'e'));
  EXPECT_EQ(stream.control("stream-gap").field("reason"), "\"too_large\"");
  EXPECT_EQ(stream.record().name.size(), 1023u);
}

TEST_P(BytesOfOthers, NamesRecordsWithoutAName) {
  Stage stage(GetParam(), {.topic = "event: { name: orders }"});
  auto stream = stage.live();
  stage.append_value("1");
  stage.append_value("2", "own");
  stage.append_value("3", "stream-reset");
  EXPECT_EQ(stream.record().name, "orders");
  EXPECT_EQ(stream.record().name, "own");
  EXPECT_EQ(stream.record().name, "orders");
}

TEST_P(BytesOfOthers, RemovesControlBytesFromEventNames) {
  Stage stage(GetParam());
  auto stream = stage.live();
  stage.append_value("1", "created");
  auto event = stream.record();
  EXPECT_EQ(event.name, "created");
  for (const auto& name :
       {std::string("a\nid: 9"), std::string("a\r\n\r\nb"), std::string("a\0b", 3),
        std::string("\n"), std::string("stream-reset"), std::string("\xff")}) {
    stage.append_value("2", name);
    event = stream.next();
    EXPECT_EQ(event.data, "2") << "the record still arrives";
    EXPECT_THAT(event.name, Not(HasSubstr(std::string(1, '\0'))));
    EXPECT_FALSE(event.is_control()) << "a record can't pretend to be a control event";
  }
}

TEST(RedisBytes, SendsAnEntryWithoutDataAsJson) {
  auto& server = shared_redis();
  const auto name = unique_name("plain");
  Sidecar sidecar({.connectors = {"r: { redis: { url: \"" + server.url() + "\" } }"},
                   .topics = {"t: { from: r, stream: " + name + " }"}});
  EventStream stream(sidecar.streams(), "/events/t");
  stream.control("stream-open");
  RedisClient client(server.address());
  client.command({"XADD", name, "*", "user", "ann", "said", "a \"quote\"\n"});
  const auto event = stream.record();
  EXPECT_EQ(event.field("user"), "\"ann\"");
  EXPECT_EQ(event.field("said"), "\"a \\\"quote\\\"\\n\"");
}

TEST(KafkaBytes, SkipsOrSendsTombstones) {
  for (const bool skip : {true, false}) {
    Stage stage("kafka1", {.topic = skip ? "" : "tombstone: delete"});
    auto stream = stage.live();
    stage.append({{.value = "a", .key = "k"}, {.value = std::nullopt, .key = "k"}, {.value = "b"}});
    EXPECT_EQ(stream.record().data, "a");
    if (!skip) {
      EXPECT_EQ(stream.record().name, "delete");
    }
    const auto last = stream.record();
    EXPECT_EQ(last.data, "b");
    EXPECT_EQ(last.id, "2");
  }
}

TEST(KafkaBytes, SendsMetadataInTheEnvelope) {
  Stage stage("kafka3", {.topic = "envelope: true"});
  auto stream = stage.live();
  stage.append({{.value = "text", .event = "created", .key = "k", .partition = 1}});
  const auto event = stream.record();
  EXPECT_EQ(event.field("key"), "\"k\"");
  EXPECT_EQ(event.field("value"), "\"text\"");
  EXPECT_NE(event.field("timestamp"), "");
  EXPECT_NE(event.field("id"), "");
  EXPECT_THAT(event.field("headers"), HasSubstr("created"));
}

TEST(KafkaBytes, AcceptsIdsOf64And200Partitions) {
  for (const int partitions : {64, 200}) {
    Stage stage("kafka" + std::to_string(partitions));
    auto stream = stage.live();
    stage.append(2);
    Ledger ledger(partitions);
    ledger.read(stream, stage.written());
    const auto id = stream.last_id();
    EXPECT_TRUE(well_formed_id(id));
    stage.append(1);
    auto again = stage.resume(id);
    ledger.read(again, stage.written());
  }
}

TEST_P(Bytes, KeepsAllRulesInAMixedSession) {
  // Gap, catch-up, heartbeats, records of all sizes and a clean end: the strict parser sees them
  // all.
  Stage stage(GetParam(), {.server = {"heartbeat: 100ms", "drain: 1s"},
                           .topic = "log: 64KiB, max_event: 2MiB"});
  stage.append(200, 1000);
  auto stream = stage.open("from=earliest");
  Ledger ledger(1);
  for (int round = 0; round < 5; ++round) {
    stage.append(100, 10);
    stage.append(3, 100'000);
    ledger.read(stream, stage.written());
    stream.heartbeat();
  }
  EXPECT_EQ(stage.sidecar().terminate(), 0);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
  EXPECT_EQ(stream.count_of("stream-gap"), 0);
  EXPECT_NE(stream.body().rfind("\n\n"), std::string::npos);
}

}  // namespace
}  // namespace e2e
