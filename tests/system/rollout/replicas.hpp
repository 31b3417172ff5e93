#pragma once
// Three sidecars on one log, and how a rolling restart takes each of them away: as the kubelet does
// it, first the preStop hook, later SIGTERM, and the next one only when its successor is ready.
//
// Thread: the test's. Errors: throws where one does not come up or down.

#include <memory>
#include <vector>

#include "tests/support/harness/sidecar.hpp"
#include "tests/system/rollout/balancer.hpp"

namespace e2e::rollout {

class Replicas {
 public:
  explicit Replicas(const Config& config);

  std::vector<Backend> backends() const;
  // The longest that one needed from its hook to its end.
  Clock::duration restart_each();
  std::vector<double> streams() const;
  // How far the one that is furthest off is from the mean, as a share of it.
  double imbalance() const;

 private:
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
};

}  // namespace e2e::rollout
