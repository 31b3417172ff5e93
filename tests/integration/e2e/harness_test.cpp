// The bench itself: a check that lets everything pass would be worse than none.

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/ledger.hpp"
#include "tests/support/harness/sse_parser.hpp"

namespace e2e {
namespace {

struct Taken {
  std::vector<Event> events;
  int heartbeats = 0;
  void on_event(const EventView& view) {
    Event event{std::string(view.name), std::string(view.data), std::nullopt, view.retry, {}};
    if (view.id) event.id = std::string(*view.id);
    events.push_back(event);
  }
  void on_heartbeat() { ++heartbeats; }
};

Taken parse(std::string_view body, std::size_t step) {
  Taken taken;
  SseParser parser;
  for (std::size_t at = 0; at < body.size(); at += step) parser.feed(body.substr(at, step), taken);
  EXPECT_TRUE(parser.between_blocks());
  return taken;
}

TEST(Harness, ParserReadsFragmentedEvents) {
  const std::string body =
      "retry: 2500\nevent: stream-open\ndata: {}\nid: 0.-1\n\n:\ndata: a\ndata: \ndata:  b\nid: "
      "0\n\n:\n:\ndata:\n\n";
  for (std::size_t step = 1; step <= body.size(); ++step) {
    const auto taken = parse(body, step);
    ASSERT_EQ(taken.events.size(), 3u);
    EXPECT_EQ(taken.events[0].name, "stream-open");
    EXPECT_EQ(taken.events[0].retry, 2500u);
    EXPECT_EQ(taken.events[0].id, "0.-1");
    EXPECT_EQ(taken.events[1].data, "a\n\n b");
    EXPECT_EQ(taken.events[2].data, "");
    EXPECT_FALSE(taken.events[2].id);
    EXPECT_EQ(taken.heartbeats, 3);
  }
}

TEST(Harness, ParserRefusesInvalidStreams) {
  for (const std::string body : {"data: a\r\n\r\n",
                                 "data: a\rb\n\n",
                                 "\n",
                                 ":\n\n",
                                 ": ping\n",
                                 "id: 1\n\n",
                                 "retry: 1000\n\n",
                                 "event: x\nid: 1\n\n",
                                 "id: 1\ndata: a\n\n",
                                 "data: a\nid: \n\n",
                                 "data: a\nid: a b\n\n",
                                 "data: a\nid: 1\nevent: x\n\n",
                                 "data: a\n:\n\n",
                                 "data\n\n",
                                 "data:a\n\n",
                                 "foo: a\n\n",
                                 "data: \xff\n\n",
                                 "\xEF\xBB\xBF"
                                 "data: a\n\n",
                                 "retry: 1s\ndata: a\n\n",
                                 "data: a\nid: 1\nretry: 1\n\n",
                                 "retry: 1\nretry: 1\ndata: a\n\n",
                                 "event: a\nevent: b\ndata: a\n\n",
                                 "event:\ndata: a\n\n"}) {
    Taken taken;
    SseParser parser;
    EXPECT_THROW(parser.feed(body, taken), WireError) << body;
  }
}

TEST(Harness, ParserReportsATruncatedBlock) {
  Taken taken;
  SseParser parser;
  parser.feed("data: a\n\ndata: b\n", taken);
  EXPECT_EQ(taken.events.size(), 1u);
  EXPECT_FALSE(parser.between_blocks());
  EXPECT_EQ(parser.rest(), "data: b\n");
}

TEST(Harness, DecodesFragmentedChunks) {
  const std::string wire = "5\r\nhello\r\nA\r\n, world...\r\n0\r\n\r\nrest";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    ChunkDecoder decoder;
    std::string body;
    std::size_t used = 0;
    for (std::size_t at = 0; at < wire.size(); at += step) {
      used += decoder.feed(std::string_view(wire).substr(at, step), body);
    }
    EXPECT_EQ(body, "hello, world...");
    EXPECT_TRUE(decoder.finished());
    EXPECT_EQ(wire.substr(used), "rest");
  }
}

TEST(Harness, RefusesInvalidChunks) {
  for (const std::string wire : {"5 \r\nhello\r\n", "5\nhello\n", "5;x=y\r\nhello\r\n", "\r\n",
                                 "5\r\nhelloo\r\n", "0\r\nTrailer: x\r\n\r\n"}) {
    ChunkDecoder decoder;
    std::string body;
    EXPECT_THROW(decoder.feed(wire, body), WireError) << wire;
  }
}

Event record_event(int lane, int number, const std::string& id) {
  return {"", numbered(lane, number), id, std::nullopt, {}};
}

TEST(Harness, LedgerDetectsGapsRepeatsAndDecreasingIds) {
  const auto after_two = [](const Event& third) {
    Ledger ledger(2);
    ledger.record(record_event(0, 0, "0.0~1.-1"));
    ledger.record(record_event(1, 0, "0.0~1.0"));
    ledger.record(third);
  };
  EXPECT_NO_THROW(after_two(record_event(0, 1, "0.1~1.0")));
  EXPECT_THROW(after_two(record_event(0, 0, "0.0~1.0")), WireError);
  EXPECT_THROW(after_two(record_event(0, 2, "0.2~1.0")), WireError);
  EXPECT_THROW(after_two(record_event(0, 1, "0.1~1.-1")), WireError);
  EXPECT_THROW(after_two(record_event(0, 1, "0.0~1.1")), WireError);
}

TEST(Harness, OrdersOffsetsOfAllForms) {
  EXPECT_TRUE(offset_less("-1", "0"));
  EXPECT_TRUE(offset_less("9", "10"));
  EXPECT_TRUE(offset_less("0-0", "0-1"));
  EXPECT_TRUE(offset_less("99-7", "100-0"));
  EXPECT_FALSE(offset_less("100-0", "99-7"));
  EXPECT_EQ(offset_before("42"), "41");
  EXPECT_EQ(offset_before("5-3"), "5-2");
  EXPECT_EQ(id_of({"-1"}), "0.-1");
  EXPECT_EQ(id_of({"4", "-1"}), "0.4~1.-1");
}

}  // namespace
}  // namespace e2e
