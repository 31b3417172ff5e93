#pragma once
// One run: a log, sidecars, clients, and the steps of a schedule. Then all faults end, all clients
// catch up, and each history is compared with the journal.
//
// Thread: the test's.

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/access_faults.hpp"
#include "tests/system/faults/attackers.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/clients.hpp"
#include "tests/system/faults/process_runs.hpp"
#include "tests/system/faults/producer.hpp"
#include "tests/system/faults/schedule.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {

class FaultRun {
 public:
  FaultRun(BrokerEnv& broker, Schedule schedule);
  ~FaultRun();

  // What went wrong, with the logs and steps needed to find the cause; empty if nothing did.
  std::string run();
  std::string summary() const { return summary_; }

 private:
  using Wrong = std::vector<std::string>;
  void perform(const Step& step);
  void on_sidecar(const Step& step);
  void on_log(const Step& step);
  void refuse(Refusal what);
  void on_clients(const Step& step);
  void let_flow(const Step& step);
  void next_generation(const Step& step);
  void kill(int sidecar);
  void start(int sidecar);
  void end(int sidecar);
  void wait(bool done, const std::string& what);
  Clients::Share share(const Step& step) const { return {step.percent, step.salt}; }
  Wrong check();
  std::string report(const Wrong& wrong) const;

  BrokerEnv& broker_;
  const Schedule schedule_;
  Journal journal_;
  int lanes_;
  std::deque<WallClock> clocks_;  // of the sidecars
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
  std::vector<std::string> logs_;               // of former processes
  std::deque<std::atomic<Clock::rep>> thawed_;  // when each sidecar last was; 0: never
  ProcessRuns process_runs_;
  AccessFaults access_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Attackers> attackers_;
  std::unique_ptr<Producer> producer_;
  std::size_t at_step_ = 0;
  Clock::time_point begun_;
  std::string began_ms_;  // each step
  std::string summary_;
  std::string trail_;  // what the first client with an error saw
};

}  // namespace e2e::faults
