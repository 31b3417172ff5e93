// How many logs of a template may be open, and what the others notice of one log too many.

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

Headers from(const std::string& client) { return {{"X-Forwarded-For", client}}; }

class LogLimit : public testing::TestWithParam<std::string> {
 protected:
  Config config(const std::string& topic, const std::string& limits = "{}") const {
    return {.server = {"trusted_proxies: [\"127.0.0.0/8\"]", "limits: " + limits},
            .connectors = {GetParam() == "redis"
                               ? "b: { redis: { url: \"" + shared_redis().url() + "\" } }"
                               : std::string("b: { embedded: {} }")},
            .topics = {"chat: { path: \"/chat/{session}\", from: b, stream: \"" + prefix_ +
                       ":{session}\", publish: true" + topic + " }"}};
  }
  const std::string prefix_ = unique_name("limit");
};
INSTANTIATE_TEST_SUITE_P(On, LogLimit, testing::Values("embedded", "redis"), kind_name);

double beyond(Sidecar& sidecar, const std::string& limit) {
  return sidecar.metrics().sum("sidestream_limit_refusals_total", {"limit=\"" + limit + "\""});
}

double open_logs(Sidecar& sidecar) { return sidecar.metrics().sum("sidestream_open_logs"); }

EventStream open(Sidecar& sidecar, const std::string& session, Headers headers = {}) {
  return {sidecar.streams(), "/chat/" + session, std::move(headers)};
}

void expect_limit(EventStream stream) {
  const auto shutdown = stream.control("stream-shutdown");
  EXPECT_EQ(shutdown.field("reason"), "\"limit\"");
  EXPECT_EQ(shutdown.id, "0");
  ASSERT_TRUE(shutdown.retry);
  EXPECT_GE(*shutdown.retry, 15'000u);
  EXPECT_LE(*shutdown.retry, 60'000u);
  EXPECT_EQ(stream.wait_end(), EventStream::End::clean);
}

// Lines are written by a thread of their own.
bool has_line(Sidecar& sidecar, const std::string& message, const std::string& reason) {
  return eventually([&] {
    const auto lines = log_lines(sidecar.log());
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
      return text_of(line, "message") == message && text_of(line, "reason") == reason;
    });
  });
}

TEST_P(LogLimit, RefusesLogsBeyondMaxLogsUntilOneCloses) {
  Sidecar sidecar(config(", max_logs: 2"));
  auto a = open(sidecar, "a"), b = open(sidecar, "b");
  a.control("stream-open");
  b.control("stream-open");
  expect_limit(open(sidecar, "c", {{"Last-Event-ID", "0"}}));
  const auto refused = post(sidecar.streams(), "/chat/c", "x");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "15");
  EXPECT_EQ(beyond(sidecar, "max_logs"), 2);
  EXPECT_TRUE(has_line(sidecar, "stream refused", "max_logs"));
  EXPECT_TRUE(has_line(sidecar, "publish refused", "max_logs"));
  auto joined = open(sidecar, "b");
  joined.control("stream-open");
  EXPECT_EQ(post(sidecar.streams(), "/chat/b", "to b").status, 201);
  EXPECT_EQ(joined.record().data, "to b");
  EXPECT_EQ(b.record().data, "to b");
  a.drop();
  EXPECT_TRUE(eventually([&] { return open_logs(sidecar) == 1; }));
  EXPECT_EQ(post(sidecar.streams(), "/chat/c", "x").status, 201);
  open(sidecar, "c").control("stream-open");
}

TEST_P(LogLimit, RefusesLogsBeyondTheLimitOfTheirAddress) {
  Sidecar sidecar(config("", "{ logs_per_address: 1 }"));
  auto a = open(sidecar, "a", from("203.0.113.9"));
  a.control("stream-open");
  auto headers = from("203.0.113.9");
  headers.emplace_back("Last-Event-ID", "0");
  expect_limit(open(sidecar, "b", headers));
  const auto refused = post(sidecar.streams(), "/chat/b", "x", from("203.0.113.9"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "15");
  EXPECT_EQ(beyond(sidecar, "logs_per_address"), 2);
  EXPECT_TRUE(has_line(sidecar, "stream refused", "logs_per_address"));
  auto b = open(sidecar, "b", from("203.0.113.10"));
  b.control("stream-open");
  auto joined = open(sidecar, "b", from("203.0.113.9"));
  joined.control("stream-open");
  EXPECT_EQ(post(sidecar.streams(), "/chat/b", "to b", from("203.0.113.9")).status, 201);
  EXPECT_EQ(joined.record().data, "to b");
}

TEST_P(LogLimit, ClosesALogOfWhichNothingWasSent) {
  Sidecar sidecar(config(""));
  auto read = open(sidecar, "read");
  read.control("stream-open");
  EXPECT_EQ(post(sidecar.streams(), "/chat/read", "x").status, 201);
  EXPECT_EQ(read.record().data, "x");
  open(sidecar, "unread").control("stream-open");
  read.drop();
  EXPECT_TRUE(eventually([&] { return open_logs(sidecar) == 1; }));
  auto again = EventStream::resume(sidecar.streams(), "/chat/read", read.last_id());
  EXPECT_EQ(post(sidecar.streams(), "/chat/read", "y").status, 201);
  EXPECT_EQ(again.record().data, "y");
}

TEST_P(LogLimit, KeepsTheEventsOfALogBesideEmptyOnes) {
  Sidecar sidecar(config(", log: 64KiB"));
  auto honest = open(sidecar, "honest");
  honest.control("stream-open");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post(sidecar.streams(), "/chat/honest", std::string(1000, 'x')).status, 201);
    honest.record();
  }
  const auto frames = [&] { return sidecar.metrics().sum("sidestream_log_frames"); };
  const double held = frames();
  std::vector<EventStream> empty;
  for (int i = 0; i < 300; ++i) empty.push_back(open(sidecar, "s" + std::to_string(i)));
  for (auto& stream : empty) stream.control("stream-open");
  std::this_thread::sleep_for(2500ms);  // two divisions of the memory
  EXPECT_EQ(frames(), held);
}

}  // namespace
}  // namespace e2e
