#pragma once
// The sidecars of one run, and the faults of a schedule that their processes and clocks have.
//
// Thread: the test's; thawed(), clocks() and process_runs() may be read on any.
// Errors: throws std::runtime_error where a process does not start, or does not end as it should.

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/process_runs.hpp"
#include "tests/system/faults/schedule.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {

class SidecarFaults {
 public:
  explicit SidecarFaults(std::size_t count);

  // Starts all of them for the first time. Where their streams are.
  std::vector<Address> start_all(const Config& config);

  // Does nothing for faults of others.
  void perform(const Step& step);
  void kill(int sidecar);
  void start(int sidecar);
  // No file of this process may grow; a new process has no limit.
  void limit_files(int sidecar, bool limited);

  const std::vector<std::unique_ptr<Sidecar>>& all() const { return sidecars_; }
  const std::deque<WallClock>& clocks() const { return clocks_; }
  // When each was thawed last; 0: never.
  const std::deque<std::atomic<Clock::rep>>& thawed() const { return thawed_; }
  const ProcessRuns& process_runs() const { return process_runs_; }
  // What this one has logged, over all of its processes.
  std::string log(std::size_t sidecar) const;

 private:
  void end(int sidecar);

  std::deque<WallClock> clocks_;
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
  std::vector<std::string> logs_;  // of former processes
  std::deque<std::atomic<Clock::rep>> thawed_;
  ProcessRuns process_runs_;
};

}  // namespace e2e::faults
