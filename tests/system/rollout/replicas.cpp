#include "tests/system/rollout/replicas.hpp"

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace e2e::rollout {
namespace {

// The app's own time to end, in which the hook has run and SIGTERM has not come.
constexpr auto app_ends_after = 2s;

Clock::duration take_down(Sidecar& sidecar) {
  const auto began = Clock::now();
  const auto hook =
      run({sidestream_binary(), "--drain", "--config", sidecar.config_path()}, 10s * patience);
  if (hook.status != 0) throw std::runtime_error("the hook failed: " + hook.output);
  if (sidecar.process().exit_status(app_ends_after)) {
    throw std::runtime_error("it ended without a signal: " + sidecar.log());
  }
  if (sidecar.terminate(60s * patience) != 0) {
    throw std::runtime_error("it did not end well: " + sidecar.log());
  }
  return Clock::now() - began;
}

}  // namespace

Replicas::Replicas(const Config& config) {
  for (int i = 0; i < 3; ++i) sidecars_.push_back(std::make_unique<Sidecar>(config));
}

std::vector<Backend> Replicas::backends() const {
  std::vector<Backend> result;
  for (const auto& sidecar : sidecars_) result.push_back({sidecar->streams(), sidecar->admin()});
  return result;
}

Clock::duration Replicas::restart_each() {
  Clock::duration longest{};
  for (const auto& sidecar : sidecars_) {
    longest = std::max(longest, take_down(*sidecar));
    sidecar->start();
    if (!eventually([&] { return sidecar->ready_status() == 200; }, 20s * patience)) {
      throw std::runtime_error("it is not ready: " + sidecar->log());
    }
  }
  return longest;
}

std::vector<double> Replicas::streams() const {
  std::vector<double> result;
  for (const auto& sidecar : sidecars_) {
    result.push_back(sidecar->metrics().sum("sidestream_streams"));
  }
  return result;
}

double Replicas::imbalance() const {
  const auto counts = streams();
  const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / 3;
  double furthest = 0;
  for (const double count : counts) furthest = std::max(furthest, std::abs(count - mean));
  return furthest / std::max(mean, 1.0);
}

}  // namespace e2e::rollout
