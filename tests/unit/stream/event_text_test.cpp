#include "sidecar/stream/ingest/event_text.hpp"

#include <gtest/gtest.h>

#include "sidecar/stream/ingest/utf8.hpp"

namespace sidestream {
namespace {

class FitsMaxEvent : public testing::Test {
 protected:
  // What a reader gets of the message, with this id.
  EventText::Verdict read(Offset offset) const {
    const Header header{topic_.event_header, message_.event};
    Record record;
    record.offset = offset;
    record.timestamp = Timestamp(std::chrono::milliseconds(1767225600000));
    record.value = message_.value;
    if (message_.key) record.key = *message_.key;
    record.headers = std::span(&header, 1);
    return EventText(record, topic_, OffsetFormat::integer).verdict();
  }
  bool fits() const { return fits_max_event(message_, topic_, OffsetFormat::integer); }

  TopicSettings topic_;
  Message message_{.value = "value", .key = "key", .event = "name", .event_header = "event"};
};

TEST_F(FitsMaxEvent, CountsTheNameAndTheValue) {
  topic_.max_event = 9;
  EXPECT_TRUE(fits());
  topic_.max_event = 8;
  EXPECT_FALSE(fits());
  message_.event.clear();
  EXPECT_TRUE(fits());
}

TEST_F(FitsMaxEvent, CountsBase64) {
  message_ = {.value = "\xff\xff\xff"};
  topic_.max_event = 4;
  EXPECT_TRUE(fits());
  topic_.max_event = 3;
  EXPECT_FALSE(fits());
  topic_.invalid_utf8 = InvalidUtf8::skip;
  EXPECT_TRUE(fits()) << "skipped whatever its size";
}

// From a limit that is surely too small to one that surely fits.
TEST_F(FitsMaxEvent, NeverAcceptsAnEnvelopeThatReadersDoNotGet) {
  topic_.envelope = true;
  message_.value = std::string(100, '"');
  std::size_t refused = 0;
  for (topic_.max_event = 200; topic_.max_event < 600; ++topic_.max_event) {
    const bool sent = read(Offset::of(1767225600000000)) == EventText::Verdict::send;
    EXPECT_EQ(fits(), sent) << topic_.max_event << ": as for ids of an embedded log";
    refused += sent ? 0 : 1;
    if (fits()) {
      EXPECT_EQ(read(Offset::of(3)), EventText::Verdict::send);
    }
  }
  EXPECT_GT(refused, 100u);
  EXPECT_LT(refused, 390u);
}

TEST_F(FitsMaxEvent, AgreesWithAndWithoutTheShortCut) {
  topic_.envelope = true;
  message_.value = std::string(1000, '\0');
  topic_.max_event = 6 * 1007 + 1023;
  EXPECT_TRUE(fits()) << "measured";
  topic_.max_event += 1;
  EXPECT_TRUE(fits()) << "not measured";
}

TEST(MarkedText, IsTheTextOrMarkedBase64) {
  EXPECT_EQ(marked_text("plain"), "plain");
  EXPECT_EQ(marked_text(""), "");
  EXPECT_EQ(marked_text("\xff\xfe"), "base64://4=");
  EXPECT_EQ(marked_text("base64:x"), "base64:YmFzZTY0Ong=");
}

}  // namespace
}  // namespace sidestream
