// The same stream as NDJSON.

#include <gtest/gtest.h>

#include "tests/integration/e2e/json_answers.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using Names = std::vector<std::string>;

class Ndjson : public OnBroker {
 protected:
  // The lines of a stream that ends by itself.
  JsonEvents lines_of(const std::string& query, Headers headers = {}) {
    const auto response = get(stage_.sidecar().streams(), Stage::path + query, std::move(headers));
    EXPECT_EQ(response.header("Content-Type"), "application/x-ndjson");
    EXPECT_EQ(response.header("Vary"), "Accept");
    return parse_lines(response.body);
  }

  Stage stage_{GetParam(), {.topic = "end: { event: [done] }"}};
};
ON_KINDS(Ndjson, one_of_each());

TEST_P(Ndjson, HasTheEventsOfTheStream) {
  stage_.append_value("a\r\nb\rc\nd", "word");
  const auto middle = stage_.append_value("{\"n\": 1}", "word");
  const auto last = stage_.append_value("bye", "done");
  const auto lines = lines_of("?from=earliest&format=ndjson");
  ASSERT_EQ(names_of(lines), (Names{"stream-open", "stream-catch-up", "word", "word", "done",
                                    "stream-live", "stream-end"}));
  EXPECT_TRUE(lines[0].at("retry").is_int64());
  EXPECT_EQ(text_of(lines[2], "data"), "a\r\nb\rc\nd");
  EXPECT_EQ(text_of(lines[3], "data"), "{\"n\": 1}");
  EXPECT_EQ(text_of(lines[3], "id"), middle);
  EXPECT_EQ(text_of(lines[6], "id"), last);
  EXPECT_EQ(text_of(lines[6], "data"), R"({"reason":"end"})");
}

TEST_P(Ndjson, ResumesLikeAnEventStream) {
  const auto first = stage_.append_value("one", "word");
  stage_.append_value("bye", "done");
  const auto lines = lines_of("", {{"Accept", "application/x-ndjson"}, {"Last-Event-ID", first}});
  EXPECT_EQ(names_of(lines),
            (Names{"stream-open", "stream-catch-up", "done", "stream-live", "stream-end"}));
  const auto reset = lines_of("?format=ndjson&lastEventId=garbage");
  EXPECT_EQ(names_of(reset), (Names{"stream-open", "stream-reset", "stream-end"}));
}

TEST_P(Ndjson, HasTheWholeTextInStreamsOfSeveralTopicsToo) {
  stage_.append_value("a\r\nb\rc\nd", "word");
  stage_.append_value("\r", "done");
  const auto response =
      get(stage_.sidecar().streams(), "/events?topic=t&from=earliest&format=ndjson");
  const auto lines = parse_lines(response.body);
  ASSERT_EQ(lines.size(), 6u) << response.body;
  EXPECT_EQ(text_of(lines[2], "data"), "a\r\nb\rc\nd");
  EXPECT_EQ(text_of(lines[3], "data"), "\r");
}

TEST_P(Ndjson, IsSentLiveWithEmptyLinesAsHeartbeats) {
  Socket socket(stage_.sidecar().streams());
  socket.send(Request{.target = Stage::path + std::string("?format=ndjson&heartbeat=1s")}.text());
  std::string received;
  const auto until = [&](const std::string& wanted) {
    return eventually([&] {
      socket.receive(received, 50ms);
      return received.find(wanted) != std::string::npos;
    });
  };
  EXPECT_TRUE(until("stream-open"));
  stage_.append_value("hello", "word");
  EXPECT_TRUE(until(R"("event":"word","data":"hello"})"));
  EXPECT_TRUE(until("1\r\n\n\r\n"));
}

}  // namespace
}  // namespace e2e
