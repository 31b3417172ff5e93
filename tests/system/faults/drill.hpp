#pragma once
// One run: a log, sidecars, clients, and the steps of a schedule; then everything works again, all
// clients catch up, and each history is held against the log.
//
// Thread: the test's.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/fleet.hpp"
#include "tests/system/faults/ground.hpp"
#include "tests/system/faults/producer.hpp"
#include "tests/system/faults/schedule.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {

class Drill {
 public:
  Drill(Ground& ground, Schedule schedule);
  ~Drill();

  // What went wrong, with all that is needed to look for the cause; empty: nothing.
  std::string run();
  std::string summary() const { return summary_; }

 private:
  using Wrong = std::vector<std::string>;
  void perform(const Step& step);
  void on_sidecar(const Step& step);
  void on_broker(const Step& step);
  void on_log(const Step& step);
  void on_clients(const Step& step);
  void let_flow(const Step& step);
  void another_life(const Step& step);
  void kill(int sidecar);
  void start(int sidecar);
  void end(int sidecar);
  void wait(bool done, const std::string& what);
  Fleet::Share share(const Step& step) const { return {step.percent, step.salt}; }
  Wrong check();
  std::string report(const Wrong& wrong) const;

  Ground& ground_;
  const Schedule schedule_;
  Journal journal_;
  int lanes_;
  std::deque<WallClock> clocks_;  // of the sidecars
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
  std::vector<std::string> logs_;  // of former processes
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<Producer> producer_;
  std::size_t at_step_ = 0;
  Clock::time_point begun_;
  std::string began_ms_;  // each step
  std::string summary_;
  std::string trail_;  // what the first client that something is wrong with saw
};

}  // namespace e2e::faults
