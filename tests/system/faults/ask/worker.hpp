#pragma once
// A worker that answers questions piece by piece, as those in demo/workers do. It can die or be
// frozen between any two of its commands; a command that is on its way may still be done.
//
// An answer is taken up behind the newest piece that is there. A piece has its number for its place,
// so of two workers that write the same one the broker refuses the second, who looks again: it may
// be the end.
//
// Thread: one of its own; all functions: any.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/system/faults/ask/worker_link.hpp"

namespace e2e::faults {

class Worker {
 public:
  using MakeLink = std::function<std::unique_ptr<WorkerLink>(const std::string& name)>;
  Worker(std::string name, MakeLink make_link);
  ~Worker();  // dies
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void die() { dead_ = true; }
  void freeze(bool frozen) { frozen_ = frozen; }
  // How many answers of others it has taken up.
  int taken_over() const { return taken_over_; }

 private:
  void run();
  void serve(WorkerLink& link);
  void answer(WorkerLink& link, const QuestionRecord& question);
  void live() const;
  void rest(int milliseconds) const;

  const std::string name_;
  const MakeLink make_link_;
  std::atomic<bool> dead_{false}, frozen_{false};
  std::atomic<int> taken_over_{0};
  std::thread thread_;
};

}  // namespace e2e::faults
