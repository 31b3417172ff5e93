// What one client may hold or send, and what the others notice of it.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

const std::string trusting = "trusted_proxies: [\"127.0.0.0/8\"]";

Headers from(const std::string& client) { return {{"X-Forwarded-For", client}}; }

double beyond(Stage& stage, const std::string& limit) {
  return stage.sidecar().metrics().sum("sidestream_limit_refusals_total",
                                       {"limit=\"" + limit + "\""});
}

TEST(ClientLimit, EndsAStreamTooManyAndLetsItComeBack) {
  Stage stage("embedded", {.server = {trusting, "limits: { streams_per_address: 2 }"}});
  stage.append(3);
  std::vector<EventStream> open;
  for (int i = 0; i < 2; ++i) open.push_back(stage.open({}, from("203.0.113.9")));
  auto headers = from("203.0.113.9");
  headers.emplace_back("Last-Event-ID", stage.id_after(2));
  auto refused = stage.open({}, headers);
  const auto shutdown = refused.control("stream-shutdown");
  EXPECT_EQ(shutdown.field("reason"), "\"limit\"");
  EXPECT_EQ(shutdown.id, stage.id_after(2));
  ASSERT_TRUE(shutdown.retry);
  EXPECT_GE(*shutdown.retry, 15'000u);
  EXPECT_LE(*shutdown.retry, 60'000u);
  EXPECT_EQ(refused.wait_end(), EventStream::End::clean);
  EXPECT_EQ(beyond(stage, "streams_per_address"), 1);
  stage.open({}, from("203.0.113.10")).control("stream-open");
  stage.open({}, from("2001:db8:1:2::1")).control("stream-open");
  open.clear();
  EXPECT_TRUE(eventually([&] {
    auto stream = stage.open({}, headers);
    return stream.next().name == "stream-open";
  }));
  const auto lines = log_lines(stage.sidecar().log());
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
    return text_of(line, "message") == "stream refused" &&
           text_of(line, "reason") == "streams_per_address" &&
           text_of(line, "client") == "203.0.113.9" && text_of(line, "peer") == "127.0.0.1";
  })) << stage.sidecar().log();
  EXPECT_EQ(get(stage.sidecar().admin(), "/metrics").body.find("203.0.113."), std::string::npos)
      << "no label holds an address";
}

TEST(ClientLimit, CountsIPv6BySlash64) {
  Stage stage("embedded", {.server = {trusting, "limits: { streams_per_address: 1 }"}});
  auto first = stage.open({}, from("2001:db8:1:2::1"));
  EXPECT_EQ(first.next().name, "stream-open");
  EXPECT_EQ(stage.open({}, from("2001:db8:1:2:ffff::2")).next().name, "stream-shutdown");
  EXPECT_EQ(stage.open({}, from("2001:db8:1:3::1")).next().name, "stream-open");
}

TEST(ClientLimit, RefusesPublishesBeyondTheRate) {
  Stage stage("embedded", {.server = {trusting, "limits: { publishes_per_second: 5 }"}});
  const auto publish = [&](const std::string& client) {
    return post(stage.sidecar().streams(), Stage::path, "x", from(client));
  };
  int taken = 0, refused = 0;
  for (int i = 0; i < 30; ++i) {
    const auto response = publish("203.0.113.9");
    if (response.status == 201) ++taken;
    if (response.status != 429) continue;
    ++refused;
    EXPECT_EQ(response.header("Retry-After"), "1");
  }
  EXPECT_GE(taken, 10);
  EXPECT_LT(taken, 30);
  EXPECT_EQ(taken + refused, 30);
  EXPECT_EQ(beyond(stage, "publishes_per_second"), refused);
  EXPECT_EQ(publish("203.0.113.10").status, 201);
}

std::string promise(std::size_t length, const std::string& client) {
  return "POST /events/t HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: " + client +
         "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

// Bodies have 4 MiB; one address has half of it.
TEST(ClientLimit, KeepsPromisedBodiesWithinTheirBudget) {
  Stage stage("embedded", {.server = {trusting, "memory: 16MiB"}});
  std::vector<HttpConnection> held;
  for (int i = 0; i < 20; ++i) {
    held.emplace_back(stage.sidecar().streams());
    held.back().send(promise(1024 * 1024, "203.0.113.9") + "x");
  }
  EXPECT_TRUE(eventually([&] { return beyond(stage, "bodies") >= 18; }));
  int refused = 0;
  for (auto& connection : held) {
    if (connection.is_quiet(10ms)) continue;
    const auto response = connection.receive();
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(response.has("Retry-After"));
    ++refused;
  }
  EXPECT_EQ(refused, 18);
  EXPECT_EQ(post(stage.sidecar().streams(), Stage::path, "small", from("203.0.113.10")).status,
            201);
  held.clear();
  EXPECT_TRUE(eventually([&] {
    return post(stage.sidecar().streams(), Stage::path, std::string(1'000'000, 'x'),
                from("203.0.113.9"))
               .status == 201;
  }));
}

TEST(ClientLimit, ReservesABodyBeforeContinueOrAsItGrows) {
  Stage stage("embedded", {.server = {"memory: 16MiB"}, .topic = "max_event: 2MiB"});
  HttpConnection held(stage.sidecar().streams());
  held.send(promise(1'900'000, "-") + "x");
  EXPECT_TRUE(held.is_quiet(100ms));
  HttpConnection expecting(stage.sidecar().streams());
  expecting.send(
      "POST /events/t HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
      "1000000\r\n\r\n");
  EXPECT_EQ(expecting.receive().status, 503);
  HttpConnection growing(stage.sidecar().streams());
  growing.send("POST /events/t HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  try {
    for (int i = 0; i < 40; ++i) growing.send(chunk);
  } catch (const WireError&) {  // closed behind the answer
  }
  EXPECT_EQ(growing.receive().status, 503);
  EXPECT_EQ(beyond(stage, "bodies"), 2);
}

std::string half_head(std::size_t size) {
  std::string head = "GET /x HTTP/1.1\r\nHost: h\r\n";
  while (head.size() < size) head += "a: " + std::string(100, 'b') + "\r\n";
  return head.substr(0, size);
}

// Unfinished heads have 1 MiB; one address has half of it.
TEST(ClientLimit, KeepsUnfinishedHeadsWithinTheirBudget) {
  Stage stage("embedded", {.server = {"memory: 8MiB"}});
  std::vector<HttpConnection> held;
  for (int i = 0; i < 40; ++i) {
    held.emplace_back(stage.sidecar().streams());
    held.back().send(half_head(60'000));
  }
  EXPECT_TRUE(eventually([&] { return beyond(stage, "heads") >= 30; }));
  int open = 0;
  for (auto& connection : held) {
    if (connection.is_quiet(10ms)) {
      ++open;
    } else {
      EXPECT_EQ(connection.receive().status, 503);
    }
  }
  EXPECT_GE(open, 5);
  EXPECT_LE(open, 10);
  EXPECT_EQ(get(stage.sidecar().streams(), "/nothing").status, 404) << "small heads need no budget";
}

TEST(ClientLimit, RefusesALongUnfinishedRequestLineAtOnce) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  connection.send("GET /" + std::string(17'000, 'x'));
  EXPECT_EQ(connection.receive(5s * patience).status, 414);
}

TEST(ClientLimit, TakesALongLineInPiecesBeforeALongHead) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  for (const auto& piece :
       {"GET /" + std::string(4'000, 'x'), std::string(4'000, 'x') + " HTTP/1.1\r\nHost: h\r\n",
        "a: " + std::string(30'000, 'b') + "\r\n", std::string("\r\n")}) {
    connection.send(piece);
    EXPECT_TRUE(connection.is_quiet(50ms) || piece == "\r\n");
  }
  EXPECT_EQ(connection.receive().status, 404);
}

TEST(ClientLimit, CountsBlankLinesBeforeAHead) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  std::string blank;
  for (int i = 0; i < 40'000; ++i) blank += "\r\n";
  try {
    connection.send(blank);
  } catch (const WireError&) {  // closed behind the answer
  }
  EXPECT_EQ(connection.receive(5s * patience).status, 414) << "no request line after 16 KiB";
}

// 300 KB each. Alone, each stream would wait for less than a second.
TEST(ClientLimit, LetsTheReplaysOfOneAddressShareARate) {
  Stage stage("embedded", {.server = {trusting, "limits: { replay_bytes_per_second: 100KiB }",
                                      "heartbeat: 100ms"}});
  stage.append(300, 1000);
  const auto start = Clock::now();
  auto live = stage.open({}, from("203.0.113.9"));
  live.control("stream-open");
  auto one = stage.open("from=earliest", from("203.0.113.9"));
  auto two = stage.open("from=earliest", from("203.0.113.9"));
  EXPECT_TRUE(eventually([&] {
    return stage.sidecar().metrics().sum("sidestream_replay_limit_waits_total", {}) >= 2;
  }));
  const auto before = Clock::now();
  stage.open("tail=100", from("203.0.113.10")).records(100);
  stage.append_value("now");
  EXPECT_EQ(live.record().data, "now");
  EXPECT_LT(Clock::now() - before, 1s * patience);
  one.records(301);
  two.records(301);
  EXPECT_GT(Clock::now() - start, 2s) << "600 KB less a burst of 200 KiB and two steps of 64 KiB";
  EXPECT_GT(one.heartbeats() + two.heartbeats(), 0);
  const auto lines = log_lines(stage.sidecar().log());
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
    return text_of(line, "message") == "replay delayed" &&
           text_of(line, "reason") == "replay_bytes_per_second" &&
           text_of(line, "client") == "203.0.113.9";
  })) << stage.sidecar().log();
}

}  // namespace
}  // namespace e2e
