// A file that is wrong changes nothing, and everybody can see it: in /readyz, a metric and the log.

#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/operated.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

struct Bad {
  std::string name;
  std::function<void(Operated&)> spoil;
  std::string said;  // in a problem
};

std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.name; }

Bad with_topic(const std::string& name, const std::string& topic, const std::string& said) {
  return {name,
          [topic](Operated& sidecar) {
            auto config = sidecar.config;
            config.topics.push_back(topic);
            sidecar.write(config.yaml());
          },
          said};
}
Bad with_text(const std::string& name, const std::string& text, const std::string& said = {}) {
  return {name, [text](Operated& sidecar) { sidecar.write(text); }, said};
}

std::vector<Bad> all_bad() {
  return {with_topic("UnknownKey", "u: { from: local, heartbaet: 5s }", "heartbeat"),
          with_topic("WrongUnit", "u: { from: local, heartbeat: 5 }", "heartbeat"),
          with_topic("UnknownConnector", "u: { from: nowhere }", "nowhere"),
          with_topic("TwiceTheSamePath", "u: { from: local, path: /events/t }", "/events/t"),
          with_topic("MissingSecret", "u: { from: local, stream: \"file:no-such-secret\" }",
                     "no-such-secret"),
          with_topic("MissingVariable", "u: { from: local, stream: \"${NO_SUCH_VARIABLE}\" }",
                     "NO_SUCH_VARIABLE"),
          with_text("Syntax", "server:\n  listen: [\n"),
          with_text("NoMapping", "just words\n"),
          with_text("Binary", std::string("\0\xff\xfe\x01", 4)),
          with_text("Empty", ""),
          {"Deleted", [](Operated& sidecar) { sidecar.remove(); }, ""}};
}

class ReloadBad : public testing::TestWithParam<Bad> {};
INSTANTIATE_TEST_SUITE_P(On, ReloadBad, testing::ValuesIn(all_bad()),
                         [](const auto& one) { return one.param.name; });

Config good() {
  return {.connectors = {"local: { embedded: {} }"},
          .topics = {"t: { from: local, publish: true }"}};
}

bool has_line(const std::string& log, const std::string& level) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"level\":\"" + level + "\"") != std::string::npos &&
        line.find("config") != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST_P(ReloadBad, ChangesNothingAndIsReported) {
  Operated sidecar(good());
  auto streams = open_live(sidecar.streams(), 3);
  const auto loaded = sidecar.state().at("loaded_at");
  EXPECT_EQ(sidecar.status(), "ok");
  const auto failed = sidecar.reloads("failed");
  GetParam().spoil(sidecar);
  ASSERT_TRUE(sidecar.fails());

  auto state = sidecar.state();
  ASSERT_FALSE(state.at("problems").as_array().empty());
  EXPECT_NE(boost::json::serialize(state.at("problems")).find(GetParam().said), std::string::npos)
      << state;
  EXPECT_EQ(state.at("loaded_at"), loaded) << "when what is in use was loaded";
  EXPECT_GT(sidecar.reloads("failed"), failed);
  EXPECT_EQ(sidecar.metrics().sum("sidestream_config_last_reload_successful"), 0);
  EXPECT_TRUE(eventually([&] {
    const auto log = sidecar.process().output();
    return has_line(log, "error") || has_line(log, "warn");
  })) << sidecar.process().output();
  EXPECT_EQ(post(sidecar.streams(), "/events/t", "still here").status, 201);
  for (auto& stream : streams) EXPECT_EQ(stream.record().data, "still here");
  EXPECT_EQ(get(sidecar.streams(), "/events/u").status, 404);

  sidecar.config.topics.push_back("u: { from: local, publish: true }");
  sidecar.apply();
  state = sidecar.state();
  EXPECT_EQ(state.at("status").as_string(), "ok");
  EXPECT_TRUE(state.at("problems").as_array().empty());
  EXPECT_EQ(sidecar.metrics().sum("sidestream_config_last_reload_successful"), 1);
  EXPECT_EQ(post(sidecar.streams(), "/events/u", "x").status, 201);
  for (auto& stream : streams) EXPECT_TRUE(stream.is_silent(20ms));
  EXPECT_EQ(sidecar.metrics().sum("sidestream_streams_opened_total"), 3);
}

// It is said once, and not with every look at the file.
TEST(ReloadBadFile, LogsOnceAndAgainOnSighup) {
  Operated sidecar(good());
  sidecar.write("nonsense: 1\n");
  ASSERT_TRUE(sidecar.fails());
  std::this_thread::sleep_for(500ms);
  const auto failed = sidecar.reloads("failed");
  const auto said = sidecar.process().output();
  std::this_thread::sleep_for(3s);
  EXPECT_EQ(sidecar.reloads("failed"), failed);
  EXPECT_EQ(sidecar.process().output(), said);
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return sidecar.reloads("failed") == failed + 1; }));
}

TEST(ReloadBadFile, AcceptsTheRestoredFile) {
  Operated sidecar(good());
  auto stream = open_live(sidecar.streams(), 1);
  sidecar.write("nonsense: 1\n");
  ASSERT_TRUE(sidecar.fails());
  sidecar.write();
  EXPECT_TRUE(eventually([&] { return sidecar.status() == "ok"; }, Operated::promised, 10ms));
  EXPECT_EQ(sidecar.metrics().sum("sidestream_config_last_reload_successful"), 1);
  EXPECT_TRUE(stream[0].is_silent(20ms));
}

// In a Secret volume that is not there any more, and comes back.
TEST(ReloadBadFile, KeepsTheConfigurationWhenASecretDisappears) {
  auto config = good();
  config.connectors.push_back(
      "cache: { redis: { url: \"redis://127.0.0.1:1\", password: \"file:pw\" } }");
  Operated sidecar(config, {.way = Operated::Way::swap, .secrets = {{"pw", "one"}}});
  auto stream = open_live(sidecar.streams(), 1);
  sidecar.secrets.clear();
  sidecar.write();
  EXPECT_TRUE(sidecar.fails());
  sidecar.secrets = {{"pw", "two"}};
  sidecar.write();
  EXPECT_TRUE(eventually([&] { return sidecar.status() == "ok"; }, Operated::promised, 10ms));
  EXPECT_EQ(post(sidecar.streams(), "/events/t", "x").status, 201);
  EXPECT_EQ(stream[0].record().data, "x");
  EXPECT_EQ(sidecar.process().output().find("\"two\""), std::string::npos);
}

// --- what only a restart can change
// -----------------------------------------------------------------------------------------------

TEST(ReloadRestart, NamesRestartSettingsAndAppliesTheOthers) {
  auto config = good();
  config.server = {"threads: 1"};
  Operated sidecar(config);
  auto stream = open_live(sidecar.streams(), 1);
  EXPECT_TRUE(sidecar.state().at("restart_needed").as_array().empty());

  const auto port = free_port();
  sidecar.config.listen = "127.0.0.1:" + std::to_string(port);
  sidecar.config.server = {"threads: 2"};
  sidecar.config.topics.push_back("u: { from: local, publish: true }");
  sidecar.apply();
  const auto needed = boost::json::serialize(sidecar.state().at("restart_needed"));
  EXPECT_NE(needed.find("\"server.listen\""), std::string::npos) << needed;
  EXPECT_NE(needed.find("\"server.threads\""), std::string::npos) << needed;
  EXPECT_EQ(needed.find("server.admin"), std::string::npos) << needed;
  EXPECT_EQ(sidecar.status(), "ok");
  EXPECT_EQ(post(sidecar.streams(), "/events/u", "x").status, 201);
  EXPECT_THROW(Socket(Address{"127.0.0.1", port}), WireError);
  EXPECT_TRUE(stream[0].is_silent(20ms));

  sidecar.config.listen = "127.0.0.1:0";
  sidecar.config.server = {"threads: 1"};
  sidecar.apply();
  EXPECT_TRUE(sidecar.state().at("restart_needed").as_array().empty());
}

// Each setting of `server:` is either in use at once or named; never neither.
TEST(ReloadRestart, AppliesOrNamesRetryAndHeartbeat) {
  Operated sidecar(good());
  sidecar.config.server = {"retry: 50s..60s", "heartbeat: 200ms"};
  sidecar.apply();
  const auto needed = boost::json::serialize(sidecar.state().at("restart_needed"));
  EventStream stream(sidecar.streams(), "/events/t");
  const auto open = stream.control("stream-open");
  EXPECT_TRUE(open.retry.value_or(0) >= 50000 || needed.find("server.retry") != std::string::npos)
      << needed;
  if (needed.find("server.heartbeat") == std::string::npos) stream.heartbeat(1s * patience);
}

TEST(ReloadRestart, AppliesOrNamesMaxAgeAndMaxConnections) {
  Operated sidecar(good());
  sidecar.config.server = {"max_age: 1s", "max_connections: 1"};
  sidecar.apply();
  const auto needed = boost::json::serialize(sidecar.state().at("restart_needed"));
  std::vector<EventStream> streams;
  streams.emplace_back(sidecar.streams(), "/events/t");
  streams.back().control("stream-open");
  if (needed.find("server.max_connections") == std::string::npos) {
    EventStream refused(sidecar.streams(), "/events/t");
    EXPECT_NE(refused.next().name, "stream-open");
  }
  if (needed.find("server.max_age") == std::string::npos) {
    expect_shut_down(watch_endings(streams, 3s * patience), "max_age", 2000, 6000);
  }
}

}  // namespace
}  // namespace e2e
