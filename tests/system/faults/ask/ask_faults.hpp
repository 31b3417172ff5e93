#pragma once
// The questions of one run: askers, workers, and what happens to them.
//
// Thread: the test's. Borrows all of its context. Errors: settle() throws std::runtime_error.

#include <memory>
#include <string>
#include <vector>

#include "tests/system/faults/ask/askers.hpp"
#include "tests/system/faults/ask/workers.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {

class AskFaults {
 public:
  // Nothing happens where the schedule has no workers.
  AskFaults(const Schedule& schedule, BrokerEnv& broker, const std::vector<Address>& sidecars,
            const ProcessRuns& process_runs);

  // A cut is one of the other clients' faults too.
  void perform(const Step& step);
  // Waits until all questions are answered and all replies read.
  void settle();
  // Before the broker loses its data, which ends all promises; see settle().
  void lose_data();
  bool broken() const { return askers_ && askers_->broken(); }

  // After settle(): what was asked is in the log once, and each reply reads as before.
  std::vector<std::string> check();
  std::string summary() const;

 private:
  BrokerEnv& broker_;
  const bool once_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Askers> askers_;
};

}  // namespace e2e::faults
