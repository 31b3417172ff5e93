// Many reloads in a row while records flow and streams come and go; and reloads in a drain.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/operated.hpp"
#include "tests/support/harness/crowd.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

class ReloadLoad : public OnBroker {};
ON_KINDS(ReloadLoad, one_of_each());

// What may grow with each reload, if anything is forgotten.
struct Held {
  double mebibytes = 0;
  int descriptors = 0;  // but for clients' connections
  int threads = 0;
};

Held held(Operated& sidecar) {
  auto& process = sidecar.process();
  const auto clients = static_cast<int>(sidecar.metrics().sum("sidestream_connections"));
  return {static_cast<double>(process.resident_bytes()) / (1 << 20),
          process.descriptors() - clients, process.threads()};
}

// Topic `t` stays as it is; `u` and the connector of `v` are others each time, and `v` comes and
// goes.
struct Restless {
  explicit Restless(Source& source)
      : keys(source.log_keys()),
        sidecar({.server = {"retry: 100ms..300ms"},
                 .connectors = {"broker: " + source.connector(), "second: { embedded: {} }"},
                 .topics = {"t: { from: broker, " + keys + " }",
                            "u: { from: broker, " + keys + " }", "v: { from: second }"}}) {}

  void reload() {
    const auto n = std::to_string(1000 + count++);
    auto& config = sidecar.config;
    config.connectors[1] = "second: { embedded: { retention: { records: " + n + " } } }";
    config.topics.resize(2);
    config.topics[1] = "u: { from: broker, " + keys + ", heartbeat: " + n + "ms }";
    if (count % 2) config.topics.push_back("v: { from: second }");
    sidecar.apply();
  }

  const std::string keys;
  Operated sidecar;
  int count = 0;
};

TEST_P(ReloadLoad, LosesAndLeaksNothingInAHundredReloads) {
  const int reloads = sanitized ? 30 : 100;
  const int readers = std::max(20, static_cast<int>(200 * load_scale())), others = readers / 5;
  const auto source = make_source(GetParam());
  Restless restless(*source);
  auto& sidecar = restless.sidecar;
  source->attach(sidecar.streams(), "/events/t");
  const auto writer = make_writer(GetParam(), *source, sidecar.streams(), "/events/t");
  const auto lanes = writer->lanes();
  Crowd kept(sidecar.streams(), {.readers = readers, .lanes = lanes, .target = "/events/t"});
  Crowd moved(sidecar.streams(), {.readers = others, .lanes = lanes, .target = "/events/u"});
  ASSERT_TRUE(kept.all_open(20s * patience) && moved.all_open(20s * patience))
      << kept.failure() << moved.failure();
  Writing writing(*writer, {.records = 1'000'000'000, .per_second = 200});
  const int pooled = GetParam() == "kafka1" ? reloads / 2 : 0;  // less than one for each reload
  Held early, late;
  // The first hundred bring pools to their size: those of the clients of Kafka have the most tails
  // that ever were at a time.
  for (int i = 1; i <= 2 * reloads; ++i) {
    restless.reload();
    std::this_thread::sleep_for(20ms);  // some before a stream has come back, some after
    if (i == reloads) early = held(sidecar);
  }
  const auto written = writing.written();
  EXPECT_TRUE(eventually([&] { return kept.slowest() >= written && moved.slowest() >= written; },
                         10s * patience))
      << kept.slowest() << " and " << moved.slowest() << " of " << written;
  EXPECT_EQ(kept.failure(), "");
  EXPECT_EQ(moved.failure(), "");
  EXPECT_EQ(kept.connects(), readers) << "a reload cut streams that it has nothing to do with";
  EXPECT_GT(moved.connects(), others * 2);
  EXPECT_EQ(kept.cuts() + moved.cuts(), 0);
  EXPECT_EQ(sidecar.reloads("failed"), 0);
  EXPECT_TRUE(writer->doubtful().empty()) << "connections that publish were cut";
  EXPECT_TRUE(eventually(
      [&] {
        late = held(sidecar);
        return late.threads <= early.threads + pooled &&
               late.descriptors <= early.descriptors + 2 + pooled;
      },
      5s * patience, 50ms))
      << "from " << early.threads << " threads, " << early.descriptors << " descriptors to "
      << late.threads << ", " << late.descriptors;
  printf(
      "%s: %d reloads, %lld records; %.1f MiB, %d descriptors, %d threads; in the end %.1f, %d "
      "and %d\n",
      GetParam().c_str(), 2 * reloads, static_cast<long long>(written), early.mebibytes,
      early.descriptors, early.threads, late.mebibytes, late.descriptors, late.threads);
  if (!sanitized) {
    EXPECT_LT(late.mebibytes - early.mebibytes, pooled ? 10 : 4);
  }
}

TEST(ReloadInDrain, ReloadAndDrainComplete) {
  Config config{.server = {"drain_delay: 1s", "drain: 2s"},
                .connectors = {"local: { embedded: {} }"},
                .topics = {"t: { from: local, publish: true }", "u: { from: local }"}};
  Operated sidecar(config);
  auto kept = open_live(sidecar.streams(), 20);
  auto changed = open_live(sidecar.streams(), 5, "/events/u");
  const auto asked = Clock::now();
  sidecar.process().signal(SIGTERM);
  sidecar.config.topics[1] = "u: { from: local, heartbeat: 5s }";
  sidecar.write();
  sidecar.process().signal(SIGHUP);
  EXPECT_EQ(post(sidecar.streams(), "/events/t", "x").status, 201);
  const auto endings = watch_endings(kept, 10s * patience);
  expect_shut_down(endings, "drain", 2000, 6000);
  for (const auto& ending : endings) EXPECT_GE(ending.at - asked, 950ms);
  for (const auto& ending : watch_endings(changed, 10s * patience)) {
    EXPECT_EQ(ending.how, EventStream::End::clean);
    EXPECT_EQ(ending.last.name, "stream-shutdown");
  }
  EXPECT_EQ(sidecar.process().exit_status(5s * patience), 0);
}

TEST(ReloadInDrain, StaysNotReady) {
  Operated sidecar({.connectors = {"local: { embedded: {} }"}, .topics = {"t: { from: local }"}});
  ASSERT_EQ(run({sidestream_binary(), "--drain", "--config", sidecar.path()}).status, 0);
  const auto unready = [&] { return get(sidecar.admin(), "/readyz").status == 503; };
  ASSERT_TRUE(eventually(unready));  // the hook asks, and does not wait
  sidecar.config.topics.push_back("u: { from: local }");
  sidecar.write();
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(throughout(unready, 1s, 50ms));
  sidecar.process().signal(SIGTERM);
  EXPECT_EQ(sidecar.process().exit_status(5s * patience), 0);
}

// The hook finds the process though its file is another one by now.
TEST(ReloadInDrain, HookFindsTheProcessAfterSwaps) {
  Operated sidecar({.connectors = {"local: { embedded: {} }"}, .topics = {"t: { from: local }"}},
                   {.way = Operated::Way::swap});
  for (const std::string topic : {"u", "v"}) {
    sidecar.config.topics.push_back(topic + ": { from: local }");
    sidecar.apply();
  }
  ASSERT_EQ(run({sidestream_binary(), "--drain", "--config", sidecar.path()}).status, 0);
  EXPECT_TRUE(eventually([&] { return get(sidecar.admin(), "/readyz").status == 503; }));
}

}  // namespace
}  // namespace e2e
