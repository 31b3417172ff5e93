// Everybody comes back at once from the same stretch of the log: the broker reads it once.

#include <gtest/gtest.h>

#include "tests/support/harness/crowd.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

class Storm : public OnBroker {};
ON_KINDS(Storm, (std::vector<std::string>{"embedded", "redis", "kafka1", "kafka3"}));

TEST_P(Storm, ReplaysOnceForAllReaders) {
  const auto scale = std::max(load_scale(), 0.1);
  const int readers = static_cast<int>(2000 * scale);
  Stage stage(GetParam(), {.topic = "log: 64KiB"});
  stage.append(6000 / stage.partitions(), 100);  // ten times what the topic log keeps
  const auto first_id = stage.id_after(1);
  auto live = stage.live();
  const auto one_reader = [&] {
    const auto before = stage.sidecar().metrics().sum("sidestream_connector_ranges_read_total");
    auto stream = stage.resume(first_id);
    Ledger(stage.partitions(), 1).read(stream, stage.written(), 60s * patience);
    return stage.sidecar().metrics().sum("sidestream_connector_ranges_read_total") - before;
  }();
  const auto before = stage.sidecar().metrics();
  const auto begun = Clock::now();
  Crowd crowd(stage.sidecar().streams(),
              {.readers = readers, .lanes = stage.partitions(), .first_id = first_id, .begin = 1});
  ASSERT_TRUE(crowd.all_have(stage.written(), 120s * patience))
      << crowd.failure() << " slowest: " << crowd.slowest();
  const auto seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  const auto after = stage.sidecar().metrics();
  const auto ranges = after.sum("sidestream_connector_ranges_read_total") -
                      before.sum("sidestream_connector_ranges_read_total");
  const auto records = after.sum("sidestream_connector_records_read_total") -
                       before.sum("sidestream_connector_records_read_total");
  printf(
      "%s: %d readers caught up in %.1f s; broker ranges read: %.0f (one reader alone: %.0f), "
      "records %.0f of %lld\n",
      GetParam().c_str(), readers, seconds, ranges, one_reader, records,
      static_cast<long long>(stage.written()[0] * stage.partitions()));
  // They do not come in one instant, so a part may be read again; never once for each of them.
  EXPECT_LE(ranges, 10 * std::max(one_reader, 1.0));
  EXPECT_LE(records, 10.0 * static_cast<double>(stage.written()[0] * stage.partitions()));
}

}  // namespace
}  // namespace e2e
