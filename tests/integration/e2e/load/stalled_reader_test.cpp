// One reader stops reading while a million records pass: nobody else is slower for it, the process
// does not grow, and it gets every record when it reads again.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/harness/crowd.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

constexpr std::int64_t MiB = 1024 * 1024;

class StalledReader : public OnBroker {};
ON_KINDS(StalledReader, (std::vector<std::string>{"embedded", "redis", "kafka3"}));

// The middle of the times that the crowd takes for each slice of what is written.
class Pace {
 public:
  explicit Pace(std::int64_t slice) : slice_(slice) {}
  void watch(std::int64_t seen) {
    for (; seen >= mark_; mark_ += slice_) {
      const auto now = Clock::now();
      if (last_ != Clock::time_point{})
        slices_.push_back(std::chrono::duration<double>(now - last_).count());
      last_ = now;
    }
  }
  double records_per_second() {
    if (slices_.empty()) return 0;
    const auto middle = slices_.begin() + static_cast<std::ptrdiff_t>(slices_.size() / 2);
    std::nth_element(slices_.begin(), middle, slices_.end());
    return static_cast<double>(slice_) / *middle;
  }

 private:
  std::int64_t slice_;
  std::int64_t mark_ = 0;
  Clock::time_point last_;
  std::vector<double> slices_;
};

TEST_P(StalledReader, DoesNotDelayOthers) {
  // A POST for each record takes longer: the server above the connector is the same.
  const double share = GetParam() == "embedded" ? 0.2 : 1.0;
  const auto records = static_cast<std::int64_t>(1'000'000 * load_scale() * share);
  const int readers = sanitized ? 20 : 200;
  const auto warm_up = records / 5;
  constexpr std::int64_t log_bytes = 8 * MiB;
  constexpr std::int64_t allowance =
      16 * MiB;  // buffers of one replay, and what the allocator keeps

  Stage stage(GetParam(), {.server = {"memory: 64MiB"}, .topic = "log: 8MiB", .connector = {}});
  auto& process = stage.sidecar().process();
  const auto writer =
      make_writer(GetParam(), stage.source(), stage.sidecar().streams(), Stage::path);
  Crowd healthy(stage.sidecar().streams(), {.readers = readers, .lanes = writer->lanes()});
  Crowd stalled(stage.sidecar().streams(),
                {.readers = 1, .lanes = writer->lanes(), .receive_buffer = 8192});
  ASSERT_TRUE(healthy.all_open(20s * patience) && stalled.all_open(20s * patience))
      << healthy.failure() << stalled.failure();
  // Writing goes at the pace of the healthy: never more than this ahead of the slowest of them.
  const auto window = [&](std::int64_t base) {
    return [&healthy, base](std::int64_t written) {
      return base + written < healthy.slowest() + 20'000;
    };
  };

  Pace before(warm_up / 20), during(records / 50);
  Writing first(*writer, {.records = warm_up, .may_write = window(0)});
  ASSERT_TRUE(eventually(
      [&] {
        before.watch(healthy.slowest());
        return (first.done() && healthy.slowest() >= first.written()) || !healthy.failure().empty();
      },
      300s * patience, 1ms));
  first.join();
  ASSERT_TRUE(stalled.all_have(first.next(), 60s * patience)) << stalled.failure();

  stalled.stall(0);
  const auto base = first.written();
  const auto resident = process.resident_bytes();
  process.reset_peak();
  Writing second(*writer, {.records = records, .may_write = window(base)}, first.next());
  const auto begun = Clock::now();
  ASSERT_TRUE(eventually(
      [&] {
        during.watch(healthy.slowest() - base);
        return (second.done() && healthy.slowest() >= base + second.written()) ||
               !healthy.failure().empty();
      },
      900s * patience, 1ms));
  second.join();
  const auto seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  EXPECT_TRUE(healthy.all_have(second.next(), 60s * patience)) << healthy.failure();
  const auto grown = process.peak_bytes() - resident;
  printf(
      "%s: %lld records to %d readers in %.1f s; %.0f records/s before, %.0f while one stalls; RSS "
      "%.1f MiB, "
      "grown by %.1f\n",
      GetParam().c_str(), static_cast<long long>(records), readers, seconds,
      before.records_per_second(), during.records_per_second(), static_cast<double>(resident) / MiB,
      static_cast<double>(grown) / MiB);
  if (!sanitized) {
    EXPECT_GT(during.records_per_second(), 0.7 * before.records_per_second());
    // Most of the log was in use before; all of it may be new.
    EXPECT_LT(grown, log_bytes + allowance);
  }
  EXPECT_LT(stalled.seen_by(0), base + records / 2) << "it did not stall";

  const auto seen = stalled.seen_by(0);
  stalled.read_again(0);
  EXPECT_TRUE(stalled.all_have(second.next(), 300s * patience))
      << stalled.failure() << " from " << seen << " to " << stalled.seen_by(0);
  EXPECT_EQ(stalled.connects(), 1) << "over the same connection";
  EXPECT_EQ(stalled.notices(), 0);
}

}  // namespace
}  // namespace e2e
