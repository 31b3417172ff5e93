// 50 clients that drop and resume at random while records flow, with the sidecar killed and
// restarted in the middle and half of the clients moved to another instance: each receives each
// record exactly once.

#include <gtest/gtest.h>

#include "tests/support/harness/crowd.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

class RandomDrops : public OnBroker {};
ON_EVERY_BROKER(RandomDrops);

TEST_P(RandomDrops, LoseAndRepeatNothing) {
  constexpr int readers = 50;
  const double rate = 5000 * load_scale();
  const auto records = static_cast<std::int64_t>(rate * 15);
  // The topic log is small, so that many who come back are served from the broker.
  Stage stage(GetParam(), {.topic = "log: 1MiB"});
  auto& sidecar = stage.sidecar();
  const auto writer = make_writer(GetParam(), stage.source(), sidecar.streams(), Stage::path);
  const bool moves = stage.source().has_replicas();
  if (moves) stage.replica();

  Crowd crowd(sidecar.streams(),
              {.readers = readers, .lanes = writer->lanes(), .mean_stay = 1500ms});
  if (GetParam() == "embedded")
    crowd.allow_skips();  // of POSTs that the kill left without an answer
  ASSERT_TRUE(crowd.all_open(20s * patience)) << crowd.failure();
  const auto begun = Clock::now();
  Writing writing(*writer, {.records = records, .per_second = rate});

  ASSERT_TRUE(eventually([&] { return writing.written() >= records / 3 || writing.done(); },
                         60s * patience));
  sidecar.kill_and_start();
  ASSERT_TRUE(eventually([&] { return writing.written() >= records * 2 / 3 || writing.done(); },
                         60s * patience));
  if (moves) crowd.move(0, readers / 2, stage.replica().streams());
  writing.join();
  const auto written = Clock::now() - begun;

  EXPECT_TRUE(crowd.all_have(writing.next(), 60s * patience))
      << crowd.failure() << "\nslowest: " << crowd.slowest();
  EXPECT_TRUE(throughout([&] { return crowd.failure().empty(); }, 300ms)) << crowd.failure();
  crowd.stop();
  const auto doubtful = writer->doubtful();
  for (const auto& [what, count] : crowd.skipped()) {
    EXPECT_TRUE(doubtful.contains(what)) << "lane " << what.first << " lost " << what.second;
    EXPECT_EQ(count, readers) << "some have seen lane " << what.first << " record " << what.second;
  }
  const auto seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  printf(
      "%s: %lld records at %.0f/s, %lld delivered in %.1f s (%.0f/s), %lld connections, %zu "
      "doubtful\n",
      GetParam().c_str(), static_cast<long long>(writing.written()),
      static_cast<double>(writing.written()) / std::chrono::duration<double>(written).count(),
      static_cast<long long>(crowd.records()), seconds,
      static_cast<double>(crowd.records()) / seconds, static_cast<long long>(crowd.connects()),
      doubtful.size());
}

}  // namespace
}  // namespace e2e
