#pragma once
// One run: a log, sidecars, clients, and the steps of a schedule. Then all faults end, all clients
// catch up, and each history is compared with the journal.
//
// Thread: the test's.

#include <memory>
#include <string>
#include <vector>

#include "tests/system/faults/access_faults.hpp"
#include "tests/system/faults/ask/ask_faults.hpp"
#include "tests/system/faults/attackers.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/clients.hpp"
#include "tests/system/faults/producer.hpp"
#include "tests/system/faults/schedule.hpp"
#include "tests/system/faults/sidecar_faults.hpp"

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
  void on_log(const Step& step);
  void refuse(Refusal what);
  void on_clients(const Step& step);
  void let_flow(const Step& step);
  void next_generation(const Step& step);
  void wait(bool done, const std::string& what);
  Clients::Share share(const Step& step) const { return {step.percent, step.salt}; }
  bool broken() const { return clients_->broken() || asks_->broken(); }
  Wrong check();
  std::string report(const Wrong& wrong) const;

  BrokerEnv& broker_;
  const Schedule schedule_;
  Journal journal_;
  int lanes_;
  SidecarFaults sidecars_;
  AccessFaults access_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Attackers> attackers_;
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<AskFaults> asks_;
  std::size_t at_step_ = 0;
  Clock::time_point begun_;
  std::string began_ms_;  // each step
  std::string summary_;
  std::string trail_;  // what the first client with an error saw
};

}  // namespace e2e::faults
