// What makes the sidecar read its file again, and how soon.

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/operated.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

using Way = Operated::Way;

Config one_topic() {
  return {.connectors = {"local: { embedded: {} }"},
          .topics = {"t: { from: local, publish: true }"}};
}

bool serves(Operated& sidecar, const std::string& topic) {
  return post(sidecar.streams(), "/events/" + topic, "x").status == 201;
}

struct Case {
  std::string name;
  Way way;
  bool inotify;
};

class ReloadBy : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(On, ReloadBy,
                         testing::Values(Case{"Swap", Way::swap, true},
                                         Case{"Rename", Way::rename, true},
                                         Case{"Rewrite", Way::rewrite, true},
                                         Case{"SwapWithoutInotify", Way::swap, false},
                                         Case{"RenameWithoutInotify", Way::rename, false},
                                         Case{"RewriteWithoutInotify", Way::rewrite, false}),
                         [](const auto& one) { return one.param.name; });

TEST_P(ReloadBy, AppliesEachChangeWithinTwoSeconds) {
  Operated sidecar(one_topic(), {.way = GetParam().way, .inotify = GetParam().inotify});
  auto streams = open_live(sidecar.streams(), 3);
  for (const std::string topic : {"first", "second", "third"}) {
    sidecar.config.topics.push_back(topic + ": { from: local, publish: true }");
    EXPECT_FALSE(serves(sidecar, topic));
    const auto written = Clock::now();
    sidecar.write();
    EXPECT_TRUE(eventually([&] { return serves(sidecar, topic); }, Operated::promised, 10ms));
    printf("%s: %s in use after %.2f s\n", GetParam().name.c_str(), topic.c_str(),
           std::chrono::duration<double>(Clock::now() - written).count());
    EXPECT_EQ(post(sidecar.streams(), "/events/t", topic).status, 201);
    for (auto& stream : streams) EXPECT_EQ(stream.record().data, topic);
  }
  EXPECT_EQ(sidecar.status(), "ok");
  EXPECT_EQ(sidecar.metrics().sum("sidestream_streams_opened_total"), 3);
}

TEST_P(ReloadBy, IsImmediateOnSighup) {
  Operated sidecar(one_topic(), {.way = GetParam().way, .inotify = GetParam().inotify});
  for (int i = 0; i < 5; ++i) {
    const auto topic = "u" + std::to_string(i);
    sidecar.config.topics.push_back(topic + ": { from: local, publish: true }");
    sidecar.write();
    sidecar.process().signal(SIGHUP);
    EXPECT_TRUE(eventually([&] { return serves(sidecar, topic); }, 300ms * patience, 5ms)) << i;
  }
}

// The file is seen empty, half, and whole.
TEST(Reload, WaitsForAFileThatIsWrittenSlowly) {
  Operated sidecar(one_topic(), {.way = Way::rewrite});
  auto stream = open_live(sidecar.streams(), 1);
  sidecar.config.topics.push_back("u: { from: local, publish: true }");
  const auto text = sidecar.config.yaml();
  for (const auto part : {0.0, 0.5, 0.9}) {
    sidecar.write(text.substr(0, static_cast<std::size_t>(part * double(text.size()))));
    std::this_thread::sleep_for(300ms);
  }
  sidecar.write(text);
  EXPECT_TRUE(eventually([&] { return serves(sidecar, "u"); }, Operated::promised, 10ms));
  EXPECT_TRUE(eventually([&] { return sidecar.status() == "ok"; }, Operated::promised, 10ms));
  EXPECT_EQ(post(sidecar.streams(), "/events/t", "x").status, 201);
  EXPECT_EQ(stream[0].record().data, "x");
}

TEST(Reload, DoesNothingWithoutAChange) {
  Operated sidecar(one_topic());
  auto streams = open_live(sidecar.streams(), 3);
  const auto ok = sidecar.reloads("ok");
  sidecar.touch();
  sidecar.write();
  EXPECT_FALSE(eventually([&] { return sidecar.reloads("ok") > ok; }, 2500ms, 50ms));
  sidecar.process().signal(SIGHUP);
  sidecar.process().signal(SIGHUP);
  EXPECT_EQ(sidecar.status(), "ok");
  EXPECT_EQ(post(sidecar.streams(), "/events/t", "x").status, 201);
  for (auto& stream : streams) EXPECT_EQ(stream.record().data, "x");
  EXPECT_EQ(sidecar.metrics().sum("sidestream_streams_opened_total"), 3);
}

// A comment changes the file, and no topic.
TEST(Reload, EndsNoStreamForAChangedComment) {
  Operated sidecar(one_topic());
  auto streams = open_live(sidecar.streams(), 3);
  const auto ok = sidecar.reloads("ok");
  sidecar.write("# " + std::string(100, '-') + "\n" + sidecar.config.yaml());
  EXPECT_TRUE(eventually([&] { return sidecar.reloads("ok") > ok; }, Operated::promised, 10ms));
  for (auto& stream : streams) EXPECT_TRUE(stream.is_silent(100ms));
}

TEST(Reload, ReportsItsTime) {
  Operated sidecar(one_topic());
  const auto before = std::string(sidecar.state().at("loaded_at").as_string());
  const auto stamp =
      sidecar.metrics().sum("sidestream_config_last_reload_success_timestamp_seconds");
  EXPECT_NEAR(stamp, static_cast<double>(time(nullptr)), 10 * patience);
  EXPECT_EQ(sidecar.metrics().sum("sidestream_config_last_reload_successful"), 1);
  std::this_thread::sleep_for(1100ms);
  sidecar.config.topics.push_back("u: { from: local }");
  sidecar.apply();
  const auto after = std::string(sidecar.state().at("loaded_at").as_string());
  EXPECT_GT(after, before);  // RFC 3339 in UTC: the order of the texts is the order of the times
  EXPECT_GT(sidecar.metrics().sum("sidestream_config_last_reload_success_timestamp_seconds"),
            stamp);
}

}  // namespace
}  // namespace e2e
