#pragma once
// Which of its processes each sidecar is in, so that a stream that ends by itself can be told from
// one that ends with its process.
//
// Thread: any.

#include <atomic>
#include <cstddef>
#include <deque>

namespace e2e::faults {

class ProcessRuns {
 public:
  explicit ProcessRuns(std::size_t sidecars) : counts_(sidecars) {}

  // Before a process is ended, and when the next one listens.
  void ends(std::size_t sidecar) { counts_[sidecar] |= 1; }
  void begins(std::size_t sidecar) { counts_[sidecar] += 1; }

  struct Run {
    int count = 1;
  };
  Run of(std::size_t sidecar) const { return {counts_[sidecar]}; }
  // Whether the process has been up since `run`, and is not being ended.
  bool lasts(std::size_t sidecar, Run run) const {
    return run.count % 2 == 0 && counts_[sidecar] == run.count;
  }

 private:
  std::deque<std::atomic<int>> counts_;  // odd: down, or about to end
};

}  // namespace e2e::faults
