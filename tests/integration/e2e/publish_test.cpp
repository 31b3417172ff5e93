// POST appends, and says so only when the broker has.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class Publish : public OnBroker {
 protected:
  // The embedded source has `publish: true` of its own.
  static Staging publishing(std::string more = {}) {
    const bool own = GetParam() == "embedded";
    if (!own) more = more.empty() ? "publish: true" : "publish: true, " + more;
    return {.topic = more};
  }
};
ON_EVERY_BROKER(Publish);

TEST_P(Publish, Answers201WithTheRecordsId) {
  Stage stage(GetParam(), publishing());
  auto stream = stage.live();
  for (int i = 0; i < 5; ++i) {
    const auto response =
        post(stage.sidecar().streams(), Stage::path, "value " + std::to_string(i));
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(response.header("Content-Type").value_or("").rfind("application/json", 0), 0u);
    const auto answer = boost::json::parse(response.body).as_object();
    const auto event = stream.record();
    EXPECT_EQ(event.data, "value " + std::to_string(i));
    if (stage.partitions() == 1) {
      EXPECT_EQ(answer.at("id").as_string(), *event.id);
    } else {
      EXPECT_FALSE(answer.contains("id")) << "a partition's offset alone is no position";
      const auto partition =
          static_cast<std::size_t>(answer.at("partition").to_number<std::int64_t>());
      EXPECT_EQ(offsets_of(*event.id, stage.partitions())[partition],
                std::to_string(answer.at("offset").to_number<std::int64_t>()));
    }
  }
}

TEST_P(Publish, StoresEventAndKey) {
  Stage stage(GetParam(), publishing("envelope: true"));
  auto stream = stage.live();
  const auto response = post(stage.sidecar().streams(),
                             std::string(Stage::path) + "?event=order.created&key=a%20b", "x");
  ASSERT_EQ(response.status, 201) << response.body;
  const auto event = stream.record();
  EXPECT_EQ(event.name, "order.created");
  EXPECT_EQ(event.field("key"), "\"a b\"");
  EXPECT_EQ(event.field("value"), "\"x\"");
}

TEST_P(Publish, PreservesBodies) {
  Stage stage(GetParam(), publishing());
  auto stream = stage.live();
  for (const auto& body : {std::string(), std::string("a\nb\n"), std::string("\0", 1),
                           std::string(200'000, 'x'), std::string("grüße")}) {
    ASSERT_EQ(post(stage.sidecar().streams(), Stage::path, body).status, 201);
    EXPECT_TRUE(stream.record().data == body);
  }
}

TEST_P(Publish, LosesNothingOnManyConnections) {
  Stage stage(GetParam(), publishing());
  auto stream = stage.live();
  std::vector<HttpConnection> connections;
  for (int i = 0; i < 20; ++i) connections.emplace_back(stage.sidecar().streams());
  for (int round = 0; round < 10; ++round) {
    for (int lane = 0; lane < 20; ++lane) {
      connections[static_cast<std::size_t>(lane)].send(
          Request{.target = std::string(Stage::path) + "?key=" + std::to_string(lane),
                  .method = "POST",
                  .body = numbered(lane, round)});
    }
    for (auto& connection : connections) ASSERT_EQ(connection.receive().status, 201);
  }
  std::vector<std::int64_t> next(20);
  for (int i = 0; i < 200; ++i) {
    const auto what = parse_numbered(stream.record().data).value();
    EXPECT_EQ(what.number, next[static_cast<std::size_t>(what.lane)]++)
        << "a key keeps to its partition";
  }
}

TEST_P(Publish, Answers413AboveTheLimit) {
  Stage stage(GetParam(), publishing("max_event: 1KiB"));
  auto stream = stage.live();
  HttpConnection connection(stage.sidecar().streams());
  const auto target = std::string(Stage::path) + "?key=one";  // partition, and so one order
  ASSERT_EQ(
      connection.exchange({.target = target, .method = "POST", .body = std::string(1024, 'a')})
          .status,
      201);
  const auto refused =
      connection.exchange({.target = target, .method = "POST", .body = std::string(1025, 'b')});
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.header("Content-Type").value_or(""), HasSubstr("application/json"));
  ASSERT_EQ(post(stage.sidecar().streams(), target, "c").status, 201);
  EXPECT_EQ(stream.record().data, std::string(1024, 'a'));
  EXPECT_EQ(stream.record().data, "c");
}

// Whatever is accepted arrives, and what is refused would have been a gap.
TEST_P(Publish, Answers413WhenTheEventWouldBeTooLarge) {
  Stage stage(GetParam(), publishing("envelope: true, max_event: 1KiB"));
  auto stream = stage.live();
  const auto target = std::string(Stage::path) + "?key=one&event=name";
  std::size_t accepted = 0;
  for (std::size_t size = 700; size < 1024; size += 4) {
    const auto response = post(stage.sidecar().streams(), target, std::string(size, 'x'));
    if (response.status == 413) {
      EXPECT_THAT(response.body, HasSubstr("max_event of 1024 bytes"));
      continue;
    }
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(size, 700 + 4 * accepted++) << "all larger ones are refused";
    const auto event = stream.next();
    ASSERT_EQ(event.name, "name") << size;
    EXPECT_LE(event.data.size() + event.name.size(), 1024u);
  }
  EXPECT_GT(accepted, 10u);
  EXPECT_LT(accepted, 80u);
}

TEST(PublishRequest, LimitsKeyAndEventName) {
  Stage stage("embedded");
  const auto status = [&](const std::string& query) {
    return post(stage.sidecar().streams(), std::string(Stage::path) + query, "x").status;
  };
  EXPECT_EQ(status("?event=" + std::string(128, 'e')), 201);
  EXPECT_EQ(status("?event=" + std::string(129, 'e')), 400);
  EXPECT_EQ(status("?key=" + std::string(256, 'k')), 201);
  EXPECT_EQ(status("?key=" + std::string(257, 'k')), 400);
  EXPECT_EQ(status("?event=error"), 400);
  EXPECT_EQ(status("?event=open"), 400);
}

TEST(PublishRequest, ClosesOnAnEnormousBody) {
  Stage stage("embedded", {.topic = "max_event: 1KiB"});
  HttpConnection connection(stage.sidecar().streams());
  connection.send(std::string("POST ") + Stage::path +
                  " HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 413);
}

TEST(PublishRequest, AcceptsAChunkedBody) {
  Stage stage("embedded");
  auto stream = stage.live();
  HttpConnection connection(stage.sidecar().streams());
  connection.send(std::string("POST ") + Stage::path +
                  " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 201);
  EXPECT_EQ(stream.record().data, "abcdefg");
  EXPECT_EQ(connection.exchange({.target = Stage::path, .method = "POST", .body = "next"}).status,
            201);
}

TEST(PublishRequest, LimitsAChunkedBody) {
  Stage stage("embedded", {.topic = "max_event: 1KiB"});
  HttpConnection connection(stage.sidecar().streams());
  connection.send(std::string("POST ") + Stage::path +
                  " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                  std::string(2048, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 413);
}

TEST(PublishRequest, AnswersExpect100Continue) {
  Stage stage("embedded");
  HttpConnection connection(stage.sidecar().streams());
  connection.send(std::string("POST ") + Stage::path +
                  " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const auto first = connection.receive();
  EXPECT_EQ(first.status, 100);
  connection.send("hello");
  EXPECT_EQ(connection.receive().status, 201);
}

TEST(PublishRequest, Answers413InsteadOf100Continue) {
  Stage stage("embedded", {.topic = "max_event: 1KiB"});
  HttpConnection connection(stage.sidecar().streams());
  connection.send(std::string("POST ") + Stage::path +
                  " HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 413);
}

TEST(PublishRequest, RefusesEventNamesThatForgeFields) {
  Stage stage("embedded");
  auto stream = stage.live();
  for (const auto* name : {"a%0Aid:%209", "a%0D%0Ab", "a%00b", "%0A", "stream-reset", "%ff"}) {
    const auto response =
        post(stage.sidecar().streams(), std::string(Stage::path) + "?event=" + name, "x");
    if (response.status == 201) {
      const auto event = stream.next();
      EXPECT_EQ(event.data, "x");
      EXPECT_FALSE(event.is_control());
      EXPECT_EQ(event.name.find('\0'), std::string::npos);
    } else {
      EXPECT_EQ(response.status, 400) << name << response.body;
    }
  }
}

TEST(KafkaPublish, Answers405WithoutPublish) {
  Stage stage("kafka1");
  auto stream = stage.live();
  EXPECT_EQ(post(stage.sidecar().streams(), Stage::path, "x").status, 405);
  stage.append_value("y");
  EXPECT_EQ(stream.record().data, "y");
}

TEST(KafkaPublish, SpreadsRecordsWithoutKeys) {
  Stage stage("kafka3", {.topic = "publish: true"});
  auto stream = stage.live();
  HttpConnection connection(stage.sidecar().streams());
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(
        connection.exchange({.target = Stage::path, .method = "POST", .body = std::to_string(i)})
            .status,
        201);
  }
  std::vector<bool> seen(50);
  for (int i = 0; i < 50; ++i)
    seen[static_cast<std::size_t>(std::stoi(stream.record().data))] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 50);
}

}  // namespace
}  // namespace e2e
