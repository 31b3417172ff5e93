// What the log says of streams: one line for each that ends, and who asked.

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";

Headers traceparent(const std::string& value) { return {{"traceparent", value}}; }

std::int64_t number_of(const boost::json::object& line, const std::string& field) {
  return line.at(field).to_number<std::int64_t>();
}

class LogOf : public OnBroker {};
ON_KINDS(LogOf, one_of_each());

TEST_P(LogOf, ReportsDurationAndEventsOfAStream) {
  Stage stage(GetParam());
  auto stream = stage.live();
  stage.append(7, 100);
  Ledger(stage.partitions()).read(stream, stage.written());
  std::this_thread::sleep_for(300ms);
  const auto bytes = static_cast<std::int64_t>(stream.body().size());
  stream.drop();
  const auto ends = stream_ends(stage.sidecar().process(), 1);
  ASSERT_EQ(ends.size(), 1u);
  const auto& end = ends[0];
  EXPECT_EQ(text_of(end, "topics"), "t");
  EXPECT_EQ(text_of(end, "reason"), "client");
  EXPECT_EQ(text_of(end, "level"), "info");
  EXPECT_EQ(text_of(end, "peer"), "127.0.0.1");
  EXPECT_EQ(number_of(end, "events"), 7);
  EXPECT_GE(number_of(end, "bytes"), bytes);
  EXPECT_LE(number_of(end, "bytes"), bytes + 200) << "with the framing of its chunks";
  EXPECT_EQ(number_of(end, "lag"), 0);
  EXPECT_GE(number_of(end, "duration_ms"), 300);
  EXPECT_LT(number_of(end, "duration_ms"), 20'000 * patience);
  EXPECT_EQ(text_of(end, "trace_id"), "");
}

TEST(Log, ReportsTheLagOfAnUnfinishedReader) {
  Stage stage("embedded");
  EventStream stalled(stage.sidecar().streams(), Stage::path, {}, "HTTP/1.1", 4096);
  stalled.control("stream-open");
  stage.append(300, 50'000);
  stalled.socket().reset();
  const auto ends = stream_ends(stage.sidecar().process(), 1);
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_GT(number_of(ends[0], "lag"), 50);
  EXPECT_LE(number_of(ends[0], "lag"), 300);
  EXPECT_LT(number_of(ends[0], "events"), 250);
}

// Each holds another large frame half-sent, which together are more than may be pinned.
TEST(Log, ReportsSlowReaders) {
  Stage stage("embedded", {.server = {"memory: 2MiB"}, .topic = "log: 64KiB"});
  std::vector<EventStream> stalled;
  for (int i = 0; i < 30; ++i) {
    stalled.emplace_back(stage.sidecar().streams(), Stage::path, Headers{}, "HTTP/1.1", 4096);
    stalled.back().control("stream-open");
    stage.append(1, 1'000'000);
  }
  const auto ends = stream_ends(stage.sidecar().process(), 1, 20s * patience);
  ASSERT_FALSE(ends.empty()) << stage.sidecar().metrics().sum("sidestream_pinned_bytes");
  for (const auto& end : ends) EXPECT_EQ(text_of(end, "reason"), "slow");
}

TEST(Log, NamesEveryTopicOfAStream) {
  Stage stage("embedded", {.more_topics = {"u: { from: broker }"}});
  EventStream(stage.sidecar().streams(), "/events?topic=t&topic=u").control("stream-open");
  const auto ends = stream_ends(stage.sidecar().process(), 1);
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(text_of(ends[0], "topics"), "t,u");
}

// --- sampling

TEST(LogSampling, LogsEveryNthStream) {
  for (const int nth : {0, 1, 5}) {
    Stage stage("embedded", {.server = {"threads: 1", "access_log: " + std::to_string(nth)}});
    for (int i = 0; i < 20; ++i) stage.live();
    EXPECT_TRUE(eventually(
        [&] { return stage.sidecar().metrics().sum("sidestream_streams_closed_total") == 20; }));
    const auto expected = nth ? 20u / static_cast<unsigned>(nth) : 0u;
    stream_ends(stage.sidecar().process(), expected);
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(stream_ends(stage.sidecar().process(), expected).size(), expected) << nth;
  }
}

// --- traceparent

std::string logged_trace(const std::string& header) {
  Stage stage("embedded");
  EventStream(stage.sidecar().streams(), Stage::path, traceparent(header)).control("stream-open");
  const auto ends = stream_ends(stage.sidecar().process(), 1);
  if (ends.size() != 1) throw std::runtime_error("no line");
  return text_of(ends[0], "trace_id");
}

TEST(LogTrace, IsInTheStreamsLine) {
  EXPECT_EQ(logged_trace("00-" + trace + "-b7ad6b7169203331-01"), trace);
  EXPECT_EQ(logged_trace("00-" + trace + "-b7ad6b7169203331-00"), trace)
      << "not sampled, but asked";
}

TEST(LogTrace, IgnoresInvalidTraceparents) {
  for (const std::string& header :
       {std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        "00-" + trace + "-0000000000000000-01", "ff-" + trace + "-b7ad6b7169203331-01",
        "00-" + trace + "-b7ad6b7169203331", "00-" + trace + "-b7ad6b7169203331-01-more",
        "00-" + trace.substr(1) + "-b7ad6b7169203331-01", "00-" + trace + "g-b7ad6b7169203331-01",
        std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
        std::string("\"},{\"x\":\""), std::string(3000, 'a'), std::string("00")}) {
    EXPECT_EQ(logged_trace(header), "") << header;
  }
}

// --- every line

// Whatever clients send: it stays one object a line, and theirs is no field of it.
TEST(Log, WritesOneObjectPerLineForAnyTarget) {
  Stage stage("embedded", {.more_topics = {"room: { path: \"/room/{r}\", from: broker, stream: "
                                           "\"room:{r}\" }"}});
  for (const std::string target : {"/events/t?x=%22%0A%7B", "/room/a.b-c", "/room/%22%0a",
                                   "/events?topic=%0a\"", "/nope\"\\"}) {
    try {
      HttpConnection connection(stage.sidecar().streams());
      connection.send("GET " + target + " HTTP/1.1\r\nHost: h\r\nUser-Agent: \x01\"\\\r\n" +
                      "Last-Event-ID: \"\\\x7f\r\n\r\n");
      connection.is_quiet(50ms);
    } catch (const WireError&) {
      // It may be refused in any way.
    }
  }
  stage.sidecar().terminate();
  for (const auto& line : log_lines(stage.sidecar().log())) {
    for (const char* field : {"time", "level", "area", "message"}) {
      EXPECT_TRUE(line.contains(field)) << line;
    }
  }
}

}  // namespace
}  // namespace e2e
