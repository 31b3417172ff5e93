#pragma once
// A child process: its exit, its output, its memory.
//
// Thread: made and destroyed on one thread, which has to outlive it (the kernel kills the child
// when that thread ends, so that a crashed test leaves nothing behind). Everything else: any. Owns:
// the child; the destructor kills it and waits.

#include <sys/types.h>

#include <chrono>
#include <climits>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/harness/wait.hpp"

namespace e2e {

class Process {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;  // added to ours

  explicit Process(std::vector<std::string> command, const Environment& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number);
  void kill();  // -9, and waits for its end

  // The exit status, or -signal; nothing while it still runs after `within`.
  std::optional<int> exit_status(Clock::duration within);
  bool running() { return !exit_status(Clock::duration::zero()); }

  // stdout and stderr together, so far.
  std::string output() const;
  // The first line, of all so far or still to come, that `wanted` accepts.
  std::optional<std::string> line(const std::function<bool(const std::string&)>& wanted,
                                  Clock::duration within);

  std::int64_t resident_bytes() const;  // now
  std::int64_t peak_bytes() const;      // the highest since the start or the last reset
  void reset_peak();
  int threads() const;
  // Open descriptors, or those whose number is below `end`.
  int descriptors(int end = INT_MAX) const;
  double cpu_seconds() const;

 private:
  void collect(int fd);

  pid_t pid_ = -1;
  std::optional<int> status_;
  std::thread collector_;
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<std::string> lines_;
  std::string rest_;
  bool closed_ = false;
};

// Runs a command to its end. Throws where it doesn't end in time.
struct Finished {
  int status = 0;
  std::string output;
};
Finished run(std::vector<std::string> command, Clock::duration within = 30s * patience);

}  // namespace e2e
