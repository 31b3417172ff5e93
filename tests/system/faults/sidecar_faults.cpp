#include "tests/system/faults/sidecar_faults.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>

namespace e2e::faults {

SidecarFaults::SidecarFaults(std::size_t count)
    : logs_(count), thawed_(count), process_runs_(count) {
  for (std::size_t i = 0; i < count; ++i) clocks_.emplace_back();
}

std::vector<Address> SidecarFaults::start_all(const Config& config) {
  std::vector<Address> streams;
  for (const auto& clock : clocks_) {
    sidecars_.push_back(std::make_unique<Sidecar>(config, clock.environment()));
    streams.push_back(sidecars_.back()->streams());
  }
  return streams;
}

void SidecarFaults::kill(int sidecar) {
  const auto i = static_cast<std::size_t>(sidecar);
  process_runs_.ends(i);
  sidecars_[i]->kill();
  logs_[i] += sidecars_[i]->log() + "-- killed\n";
}

void SidecarFaults::start(int sidecar) {
  const auto i = static_cast<std::size_t>(sidecar);
  sidecars_[i]->start();
  process_runs_.begins(i);
}

void SidecarFaults::end(int sidecar) {
  const auto i = static_cast<std::size_t>(sidecar);
  process_runs_.ends(i);
  const auto status = sidecars_[i]->terminate(20s * patience);
  logs_[i] += sidecars_[i]->log() + "-- ended\n";
  if (status != 0) throw std::runtime_error("a sidecar does not end as it should");
}

void SidecarFaults::perform(const Step& step) {
  const auto i = static_cast<std::size_t>(std::max(step.sidecar, 0));
  switch (step.fault) {
    case Fault::kill_sidecar:
      return kill(step.sidecar);
    case Fault::end_sidecar:
      return end(step.sidecar);
    case Fault::start_sidecar:
      return start(step.sidecar);
    case Fault::freeze_sidecar:
      return sidecars_[i]->process().signal(SIGSTOP);
    case Fault::thaw_sidecar:
      thawed_[i] = Clock::now().time_since_epoch().count();
      return sidecars_[i]->process().signal(SIGCONT);
    case Fault::jump_clock:
      return clocks_[i].jump(step.seconds);
    default:
      return;
  }
}

void SidecarFaults::limit_files(int sidecar, bool limited) {
  const rlimit limit{limited ? rlim_t{1} : RLIM_INFINITY, RLIM_INFINITY};
  prlimit(sidecars_[static_cast<std::size_t>(sidecar)]->process().pid(), RLIMIT_FSIZE, &limit,
          nullptr);
}

std::string SidecarFaults::log(std::size_t sidecar) const {
  return logs_[sidecar] + sidecars_[sidecar]->log();
}

}  // namespace e2e::faults
