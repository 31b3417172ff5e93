#include "sidecar/stream/ingest/encoder.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sidestream {
namespace {

class EncoderTest : public testing::Test {
 protected:
  std::string encode(const Record& record) {
    EncodedBatch out;
    Encoder(topic_, OffsetFormat::integer, probe_).encode(record, out);
    EXPECT_EQ(out.items().size(), 1u);
    kind_ = out.items()[0].kind;
    return std::string(out.body(out.items()[0]));
  }
  std::string encode(std::string_view value, std::string_view event = {}) {
    Record record;
    record.offset = Offset::of(7);
    record.value = value;
    record.event = event;
    return encode(record);
  }

  TopicSettings topic_;
  TopicProbe probe_;
  FrameKind kind_{};
};

TEST_F(EncoderTest, StartsADataLineAfterEachLineEnd) {
  EXPECT_EQ(encode("a\nb"), "data: a\ndata: b\n");
  EXPECT_EQ(encode("a\r\nb\rc"), "data: a\ndata: b\ndata: c\n");
  EXPECT_EQ(encode("a\n"), "data: a\ndata: \n");
  EXPECT_EQ(encode("a\r"), "data: a\ndata: \n");
  EXPECT_EQ(encode(""), "data: \n");
}

TEST_F(EncoderTest, KeepsPayloadsInsideDataLines) {
  EXPECT_EQ(encode("x\n\nevent: e\rid: 9"), "data: x\ndata: \ndata: event: e\ndata: id: 9\n");
  EXPECT_EQ(encode(" two"), "data:  two\n");
}

TEST_F(EncoderTest, RemovesLineEndsAndNulFromEventNamesAndCountsThem) {
  EXPECT_EQ(encode("v", std::string_view("a\r\nb\0c", 6)), "event: abc\ndata: v\n");
  EXPECT_EQ(probe_.names_altered.value(), 1u);
  EXPECT_EQ(encode("v", "plain"), "event: plain\ndata: v\n");
  EXPECT_EQ(probe_.names_altered.value(), 1u);
}

TEST_F(EncoderTest, OmitsReservedEventNames) {
  EXPECT_EQ(encode("v", "stream-reset"), "data: v\n");
  EXPECT_EQ(probe_.names_altered.value(), 1u);
}

TEST_F(EncoderTest, NeverSendsInvalidUtf8Raw) {
  EXPECT_EQ(encode("\xff\xfe"), "data: //4=\n");
  topic_.invalid_utf8 = InvalidUtf8::replace;
  EXPECT_EQ(encode("a\xff"
                   "b"),
            "data: a\xEF\xBF\xBD"
            "b\n");
  topic_.invalid_utf8 = InvalidUtf8::skip;
  EXPECT_EQ(encode("\xff"), "");
  EXPECT_EQ(kind_, FrameKind::skip);
  EXPECT_EQ(probe_.skipped[2].value(), 1u);
}

TEST_F(EncoderTest, AnnouncesRecordsThatAreTooLarge) {
  topic_.max_event = 3;
  EXPECT_EQ(encode("abc"), "data: abc\n");
  const std::string gap = encode("abcd");
  EXPECT_EQ(kind_, FrameKind::unsendable);
  EXPECT_NE(gap.find("event: stream-gap\n"), std::string::npos);
  EXPECT_NE(gap.find(R"("reason":"too_large")"), std::string::npos);
  EXPECT_NE(gap.find(R"("requested":"6","resumed":"8","lost":1)"), std::string::npos);
}

TEST_F(EncoderTest, MeasuresNameAndDataAsTheyAreSent) {
  topic_.max_event = 8;
  EXPECT_EQ(encode("abc", "event"), "event: event\ndata: abc\n");
  encode("abcd", "event");
  EXPECT_EQ(kind_, FrameKind::unsendable);
  encode("abcd", "\xff is left out");
  EXPECT_EQ(kind_, FrameKind::record);
  encode("abc", std::string(1 << 20, 'e'));
  EXPECT_EQ(kind_, FrameKind::unsendable);
  encode("\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(kind_, FrameKind::record) << "8 bytes in base64";
  encode("\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(kind_, FrameKind::unsendable);
  topic_.invalid_utf8 = InvalidUtf8::replace;
  encode("ab\xff\xff");
  EXPECT_EQ(kind_, FrameKind::record);
  encode("abc\xff\xff");
  EXPECT_EQ(kind_, FrameKind::unsendable) << "U+FFFD has 3 bytes";
}

TEST_F(EncoderTest, MeasuresTheEnvelope) {
  topic_.envelope = true;
  const std::string data = encode("v");
  topic_.max_event = data.size() - std::string_view("data: \n").size();
  EXPECT_EQ(encode("v"), data);
  encode("vv");
  EXPECT_EQ(kind_, FrameKind::unsendable);
  const Header headers[] = {{"h", ""}};
  Record record;
  record.value = "v";
  record.headers = headers;
  encode(record);
  EXPECT_EQ(kind_, FrameKind::unsendable);
}

TEST_F(EncoderTest, SkipsByPolicyBeforeItMeasures) {
  topic_.max_event = 3;
  topic_.invalid_utf8 = InvalidUtf8::skip;
  encode("abcd\xff");
  EXPECT_EQ(kind_, FrameKind::skip);
  encode("abcde");
  EXPECT_EQ(kind_, FrameKind::unsendable);
}

TEST_F(EncoderTest, GivesDifferentKeysDifferentBytes) {
  topic_.tombstone = Tombstone::delete_event;
  for (const bool envelope : {false, true}) {
    topic_.envelope = envelope;
    std::set<std::string> seen;
    for (const std::string_view key :
         {std::string_view("\0\0\0\xc8", 4), std::string_view("AAAAyA=="),
          std::string_view("base64:AAAAyA=="), std::string_view("\0\0\0\5", 4),
          std::string_view("a\rb"), std::string_view("a\nb"), std::string_view()}) {
      Record record;
      record.key = key;
      EXPECT_TRUE(seen.insert(encode(record)).second) << key;
    }
  }
}

TEST_F(EncoderTest, NamesRecordsWithoutAUsableName) {
  topic_.event_name = "orders";
  EXPECT_EQ(encode("v"), "event: orders\ndata: v\n");
  EXPECT_EQ(encode("v", "own"), "event: own\ndata: v\n");
  EXPECT_EQ(probe_.names_altered.value(), 0u);
  EXPECT_EQ(encode("v", "stream-x"), "event: orders\ndata: v\n");
  EXPECT_EQ(probe_.names_altered.value(), 1u);
}

TEST_F(EncoderTest, SkipsTombstonesOrSendsDeleteEvents) {
  Record record;
  record.key = "k1";
  EXPECT_EQ(encode(record), "");
  EXPECT_EQ(kind_, FrameKind::skip);
  topic_.tombstone = Tombstone::delete_event;
  EXPECT_EQ(encode(record), "event: delete\ndata: k1\n");
}

TEST_F(EncoderTest, ReadsTheEventNameFromTheConfiguredHeader) {
  topic_.event_header = "type";
  const Header headers[] = {{"event", "no"}, {"type", "yes"}};
  Record record;
  record.value = "v";
  record.headers = headers;
  EXPECT_EQ(encode(record), "event: yes\ndata: v\n");
}

TEST_F(EncoderTest, WrapsRecordsInAnEnvelope) {
  topic_.name = "t";
  topic_.envelope = true;
  const Header headers[] = {{"h", std::nullopt}};
  Record record;
  record.offset = Offset::of(7);
  record.value = "v";
  record.key = "k";
  record.headers = headers;
  EXPECT_EQ(encode(record),
            R"(data: {"topic":"t","partition":0,"id":"7","timestamp":0,"event":null,"key":"k",)"
            R"("headers":{"h":null},"value":"v"})"
            "\n");
}

}  // namespace
}  // namespace sidestream
