// What an idle sidecar weighs.

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

constexpr double MiB = 1024 * 1024;

class Footprint : public OnBroker {};
ON_EVERY_BROKER(Footprint);

TEST_P(Footprint, StaysBelow40MiBWhenIdle) {
  Stage stage(GetParam());
  stage.append(10);
  auto stream = stage.open("from=earliest");
  Ledger(stage.partitions()).read(stream, stage.written());
  const auto resident = static_cast<double>(stage.sidecar().process().peak_bytes()) / MiB;
  printf("%s: %.1f MiB, %d threads\n", GetParam().c_str(), resident,
         stage.sidecar().process().threads());
  if (!sanitized) {
    EXPECT_LT(resident, 40.0);
  }
}

TEST(FootprintOfStreams, IsSmallWhenIdle) {
  Stage stage("embedded");
  auto first = stage.live();
  const auto before = stage.sidecar().process().resident_bytes();
  std::vector<EventStream> streams;
  for (int i = 0; i < 1000; ++i) streams.push_back(stage.live());
  const auto each = static_cast<double>(stage.sidecar().process().resident_bytes() - before) / 1000;
  printf("%.0f bytes of RSS for each idle stream\n", each);
  if (!sanitized) {
    EXPECT_LT(each, 4096);
  }
}

}  // namespace
}  // namespace e2e
