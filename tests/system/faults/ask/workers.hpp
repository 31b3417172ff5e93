#pragma once
// The workers of a run: they die, are frozen, and others come.
//
// Thread: the test's.

#include <memory>
#include <string>
#include <vector>

#include "tests/system/faults/ask/worker.hpp"

namespace e2e::faults {

class Workers {
 public:
  Workers(int count, Worker::MakeLink make_link);

  void kill(int worker);
  void start(int worker);  // another in its place
  void freeze(int worker, bool frozen);
  // All die. A piece that is on its way is written or lost when this returns.
  void end();

  int deaths() const { return deaths_; }
  int taken_over() const;

 private:
  std::unique_ptr<Worker> make();

  const Worker::MakeLink make_link_;
  std::vector<std::unique_ptr<Worker>> workers_;
  // Those that were killed; each ends when the command that it waits for does.
  std::vector<std::unique_ptr<Worker>> dead_;
  int made_ = 0, deaths_ = 0;
  int taken_over_ = 0;  // by those that are gone
};

}  // namespace e2e::faults
