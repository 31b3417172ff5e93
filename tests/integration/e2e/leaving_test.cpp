// Clients leave at every moment; what they held is free within a second, whatever the heartbeat.

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Leaving : public OnBroker {};
ON_KINDS(Leaving, one_of_each());

bool has_streams(Stage& stage, double streams) {
  const auto metrics = stage.sidecar().metrics();
  return metrics.sum("sidestream_streams") == streams &&
         metrics.sum("sidestream_subscribers", {"topic=\"t\""}) == streams;
}

TEST_P(Leaving, FreesIdleReadersWithinASecond) {
  Stage stage(GetParam());  // heartbeat: 15 s
  std::vector<EventStream> streams;
  for (int i = 0; i < 30; ++i) streams.push_back(stage.live());
  EXPECT_TRUE(has_streams(stage, 30));
  for (int i = 0; i < 10; ++i) streams[static_cast<std::size_t>(i)].drop();
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 20); }, 1s));
  for (int i = 10; i < 20; ++i) streams[static_cast<std::size_t>(i)].socket().reset();
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 10); }, 1s));
  streams.clear();
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 0); }, 1s));
}

TEST_P(Leaving, FreesReplayingReadersWithinASecond) {
  Stage stage(GetParam(), {.topic = "log: 16KiB"});
  stage.append(3000, 1000);
  std::vector<EventStream> streams;
  for (int i = 0; i < 10; ++i) {
    streams.emplace_back(stage.sidecar().streams(), std::string(Stage::path) + "?from=earliest",
                         Headers{}, "HTTP/1.1", 4096);
    streams.back().next();
  }
  streams.clear();
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 0); }, 1s * patience));
}

TEST_P(Leaving, FreesReadersBeforeTheirFirstBlock) {
  Stage stage(GetParam());
  for (int i = 0; i < 50; ++i) {
    HttpConnection connection(stage.sidecar().streams());
    connection.send(Request{.target = Stage::path});
  }
  auto stream = stage.live();
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 1); }, 1s * patience));
  stage.append(1);
  Ledger(stage.partitions()).read(stream, stage.written());
}

TEST_P(Leaving, ReleasesDescriptorsAndThreads) {
  Stage stage(GetParam());
  auto kept = stage.live();
  const int descriptors = stage.sidecar().process().descriptors();
  const int threads = stage.sidecar().process().threads();
  for (int i = 0; i < 100; ++i) stage.live();
  EXPECT_TRUE(eventually(
      [&] {
        return has_streams(stage, 1) && stage.sidecar().process().descriptors() <= descriptors + 1;
      },
      2s * patience))
      << stage.sidecar().process().descriptors() << " instead of " << descriptors;
  EXPECT_EQ(stage.sidecar().process().threads(), threads);
}

TEST_P(Leaving, DoesNotLeakHalfClosedClients) {
  Stage stage(GetParam(), {.server = {"heartbeat: 100ms"}});
  {
    auto stream = stage.live();
    stream.socket().finish_sending();
    stage.append(1);
    stream.maybe_next(500ms);
  }
  EXPECT_TRUE(eventually([&] { return has_streams(stage, 0); }, 1s * patience));
}

TEST_P(Leaving, ReleasesATopicAfterItsLinger) {
  Stage stage(GetParam(), {.topic = "linger: 300ms"});
  auto stream = stage.live();
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_connector_tails"), 1);
  stream.drop();
  EXPECT_TRUE(
      eventually([&] { return stage.sidecar().metrics().sum("sidestream_connector_tails") == 0; },
                 5s * patience));
  stage.append(3);
  auto again = stage.resume(stream.last_id());
  Ledger(stage.partitions()).read(again, stage.written());
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_connector_tails"), 1);
}

TEST_P(Leaving, SharesOneTailBetweenReaders) {
  Stage stage(GetParam());
  auto first = stage.live();
  const int threads = stage.sidecar().process().threads();
  std::vector<EventStream> streams;
  for (int i = 0; i < 200; ++i) streams.push_back(stage.live());
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_connector_tails"), 1);
  EXPECT_EQ(stage.sidecar().process().threads(), threads);
  stage.append(2);
  for (auto& stream : streams) Ledger(stage.partitions()).read(stream, stage.written());
  EXPECT_EQ(stage.sidecar().metrics().sum("sidestream_connector_records_read_total"),
            2 * stage.partitions());
}

}  // namespace
}  // namespace e2e
