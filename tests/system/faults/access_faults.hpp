#pragma once
// What happens to rights: revocations, other keys, no key server.
//
// Thread: the test's. Borrows all of its context. Errors: throws std::runtime_error where a
// revocation is not taken, not read, or ends nobody's stream in time.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/faults/clients.hpp"
#include "tests/system/faults/people.hpp"
#include "tests/system/faults/schedule.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {

class AccessFaults {
 public:
  AccessFaults(const Schedule& schedule, const std::vector<std::unique_ptr<Sidecar>>& sidecars,
               const std::deque<WallClock>& clocks, const Journal& journal);

  People& people() { return people_; }
  void perform(const Step& step, Clients& clients);
  int revocations() const { return revocations_; }

 private:
  void revoke(const Step& step, Clients& clients);
  // Whether it is up and the broker takes a record of its time.
  bool can_write(int sidecar) const;
  void write(int sidecar, const std::string& record);
  // How many each sidecar that is up has read.
  std::vector<double> read() const;

  const std::vector<std::unique_ptr<Sidecar>>& sidecars_;
  const std::deque<WallClock>& clocks_;
  const Journal& journal_;
  const bool kafka_;
  People people_;
  int revocations_ = 0;
};

}  // namespace e2e::faults
