// Runs by seed: brokers, sidecars and clients under faults; at the end each client's history is
// held against the log.
//
//   SIDESTREAM_SEED=7         this one alone (each kind of broker has its own schedule for it)
//   SIDESTREAM_FAULT_RUNS=100 seeds 1 to 100; 3 by default
//   SIDESTREAM_TEST_LOAD=0.1  a tenth of the clients and records

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/writer.hpp"
#include "tests/system/faults/fault_run.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {
namespace {

std::vector<std::uint64_t> seeds() {
  if (const char* given = getenv("SIDESTREAM_SEED")) return {std::stoull(given)};
  const char* runs = getenv("SIDESTREAM_FAULT_RUNS");
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= (runs ? std::stoull(runs) : 3); ++seed) {
    seeds.push_back(seed);
  }
  return seeds;
}

class Faults : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(On, Faults,
                         testing::Values("embedded", "redis", "kafka1", "kafka3", "kafkacluster"),
                         kind_name);

TEST_P(Faults, LoseNothingRepeatNothingAndReportEveryGap) {
  const auto broker = make_broker_env(GetParam());
  if (GetParam() == "embedded" && !broker->no_full_disk().empty()) {
    printf("without full disks: %s\n", broker->no_full_disk().c_str());
  }
  for (const auto seed : seeds()) {
    FaultRun run(*broker, make_schedule(GetParam(), seed,
                                        {.load = load_scale(),
                                         .disk_fills = broker->no_full_disk().empty(),
                                         .clock_jumps = WallClock::can_jump}));
    const auto wrong = run.run();
    if (!wrong.empty()) ADD_FAILURE() << wrong;
    printf("%s%s\n", run.summary().c_str(), wrong.empty() ? "" : ": FAILED");
    fflush(stdout);
  }
}

}  // namespace
}  // namespace e2e::faults
