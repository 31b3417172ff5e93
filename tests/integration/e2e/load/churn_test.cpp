// A thousand opens and closes leave nothing behind.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

class Churn : public OnBroker {};
ON_KINDS(Churn, one_of_each());

TEST_P(Churn, DoesNotGrowOverAThousandStreams) {
  Stage stage(GetParam());
  stage.append(50);
  auto kept = stage.live();
  const auto rounds = static_cast<int>(1000 * std::max(load_scale(), 0.2));
  const auto churn = [&](int count) {
    for (int i = 0; i < count; ++i) {
      auto stream = i % 3 == 0 ? stage.open("from=earliest") : stage.open();
      if (i % 2) stream.next();
      if (i % 5 == 0) stream.socket().reset();
    }
  };
  const auto settled = [&] {
    return eventually([&] { return stage.sidecar().metrics().sum("sidestream_streams") == 1; },
                      5s * patience);
  };
  churn(rounds);  // buffers and pools find their size
  ASSERT_TRUE(settled());
  auto& process = stage.sidecar().process();
  const int descriptors = process.descriptors();
  // The heap may grow once by a piece of its own; a leak grows each time.
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 3; ++i) {
    const auto resident = process.resident_bytes();
    churn(rounds);
    ASSERT_TRUE(settled());
    least = std::min(least, process.resident_bytes() - resident);
  }
  printf("%s: grown by at least %.0f KiB with each %d\n", GetParam().c_str(),
         static_cast<double>(least) / 1024, rounds);
  if (!sanitized) {
    EXPECT_LT(least, 256 * 1024);
  }
  EXPECT_TRUE(eventually([&] { return process.descriptors() <= descriptors; }, 2s))
      << process.descriptors();
  stage.append(1);
  Ledger(stage.partitions(), 50).read(kept, stage.written());
}

}  // namespace
}  // namespace e2e
