// Readers and publishers while a broker refuses: they wait, /readyz and metrics name them, and they go
// on by themselves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <future>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

// A Redis whose user the test can restrict, and a sidecar that reads its stream `s`.
class RedisRefusal : public testing::Test {
 protected:
  void start(const std::string& topic) {
    rights({"on", ">secret", "~*", "+@all"});
    sidecar_ = std::make_unique<Sidecar>(
        Config{.server = {"heartbeat: 200ms"},
               .connectors = {"r: { redis: { url: \"" + server_.url() +
                              "\", username: reader, password: secret } }"},
               .topics = {"t: { from: r, stream: s, " + topic + " }"}});
  }
  void rights(const std::vector<std::string>& changes) {
    std::vector<std::string> words{"ACL", "SETUSER", "reader"};
    words.insert(words.end(), changes.begin(), changes.end());
    client_.command(words);
  }
  void append(std::int64_t from, std::int64_t to, std::size_t padding) {
    std::vector<std::vector<std::string>> commands;
    for (auto i = from; i < to; ++i) {
      commands.push_back({"XADD", "s", "*", "data", numbered(0, i, padding)});
    }
    client_.pipeline(commands);
  }
  std::string readiness() { return get(sidecar_->admin(), "/readyz").body; }
  bool wait_refused(const std::string& what) {
    return eventually([&] { return readiness().find(what) != std::string::npos; });
  }
  bool wait_served() {
    return eventually([&] { return readiness().find("refused") == std::string::npos; }, 20s);
  }
  double metric(const std::string& name, const std::vector<std::string>& labels = {}) {
    return sidecar_->metrics().sum("sidestream_connector_" + name, labels);
  }

  RedisServer server_;
  RedisClient client_{server_.address()};
  std::unique_ptr<Sidecar> sidecar_;
};

TEST_F(RedisRefusal, StreamsOpenWhenXinfoIsAllowed) {
  start("start: live");
  rights({"-xinfo"});
  auto opening =
      std::async(std::launch::async, [&] { return EventStream(sidecar_->streams(), "/events/t"); });
  ASSERT_TRUE(wait_refused("start of s refused: NOPERM")) << readiness();
  EXPECT_EQ(metric("refused_logs"), 1);
  EXPECT_GT(metric("refusals_total", {"activity=\"start\""}), 0);
  EXPECT_EQ(get(sidecar_->admin(), "/readyz").status, 200);
  auto stream = opening.get();
  stream.heartbeat();
  rights({"+xinfo"});
  stream.control("stream-open", 20s * patience);
  append(0, 3, 0);
  Ledger(1).read(stream, {3});
  EXPECT_TRUE(wait_served()) << readiness();
  EXPECT_EQ(metric("refused_logs"), 0);
}

TEST_F(RedisRefusal, AReplayGoesOnFromTheCursor) {
  start("log: 16KiB");
  append(0, 20'000, 500);
  EventStream stream(sidecar_->streams(), "/events/t?from=earliest");
  Ledger ledger(1);
  ledger.read(stream, {100});
  rights({"-xrange"});
  auto reading = std::async(std::launch::async, [&] { ledger.read(stream, {20'000}, 60s); });
  ASSERT_TRUE(wait_refused("replay of s refused: NOPERM")) << readiness();
  rights({"+xrange"});
  EXPECT_NO_THROW(reading.get());
  EXPECT_EQ(stream.count_of("stream-gap") + stream.count_of("stream-reset"), 0);
  EXPECT_TRUE(wait_served()) << readiness();
}

TEST_F(RedisRefusal, AReplayGoesOnAfterAllRightsWereGone) {
  start("log: 16KiB");
  append(0, 20'000, 500);
  EventStream stream(sidecar_->streams(), "/events/t?from=earliest");
  Ledger ledger(1);
  ledger.read(stream, {100});
  rights({"-@all"});
  auto reading = std::async(std::launch::async, [&] { ledger.read(stream, {20'000}, 60s); });
  ASSERT_TRUE(wait_refused("refused: NOPERM")) << readiness();
  rights({"+@all"});
  EXPECT_NO_THROW(reading.get());
}

TEST_F(RedisRefusal, APublishWithoutMemoryIs503) {
  start("publish: true");
  client_.command({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = post(sidecar_->streams(), "/events/t", "v");
  EXPECT_EQ(refused.status, 503);
  client_.command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(post(sidecar_->streams(), "/events/t", "v").status, 201);
  EXPECT_TRUE(wait_served()) << readiness();
}

TEST(EmbeddedRefusal, IdsOfALostFileAreAnnounced) {
  TempDir folder;
  const auto path = folder.file("log.db");
  Stage stage("embedded", {.connector = "{ embedded: { path: \"" + path + "\" } }"});
  auto stream = stage.live();
  stage.append(3);
  Ledger(1).read(stream, {3});
  const auto id = stream.last_id();
  stage.sidecar().kill();
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  stage.sidecar().start();
  stage.append(5);
  auto again = stage.resume(id);
  Event event = again.next();
  while (!is_notice(event)) {
    ASSERT_TRUE(event.is_control()) << "a record of the new file without notice: " << event.data;
    event = again.next();
  }
}

TEST(EmbeddedRefusal, BeyondTheFileSizeLimitAPublishIs503) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{300'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  TempDir folder;
  Sidecar sidecar({.connectors = {"l: { embedded: { path: \"" + folder.file("log.db") + "\" } }"},
                   .topics = {"t: { from: l, publish: true }"}});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  int status = 201;
  const std::string body(50'000, 'x');
  for (int i = 0; i < 20 && status == 201; ++i) {
    status = post(sidecar.streams(), "/events/t", body).status;
  }
  EXPECT_EQ(status, 503);
  EXPECT_EQ(get(sidecar.admin(), "/livez").status, 200) << "the process lives";
  EXPECT_THAT(get(sidecar.admin(), "/readyz").body, HasSubstr("log.db"));
}

}  // namespace
}  // namespace e2e
