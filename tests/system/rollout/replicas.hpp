#pragma once
// Three sidecars on one log, and a rolling restart of them as the kubelet does it: first the
// preStop hook, later SIGTERM, and the next replica only when the new one is ready.
//
// Thread: the test's. Errors: throws if one does not start or end.

#include <memory>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/rollout/balancer.hpp"

namespace e2e::rollout {

class Replicas {
 public:
  explicit Replicas(const Config& config);

  std::vector<Backend> backends() const;
  // The longest time from the hook to the end of a process.
  Clock::duration restart_each();
  std::vector<double> streams() const;
  // The largest deviation from the mean, as a share of it.
  double imbalance() const;

 private:
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
};

}  // namespace e2e::rollout
