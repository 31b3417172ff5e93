#pragma once
// Writes log lines to a descriptor from a thread of its own, so that a full pipe or a slow disk never
// delays whoever logs. Lines wait in a bounded buffer; when it is full, new lines are dropped and
// counted, and one line tells how many were dropped when there is room again.
//
// The descriptor stays blocking, because other processes may share it.
//
// Thread: any. The thread starts with the first line, with all signals blocked.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sidecar/base/logger.hpp"

namespace sidestream {

class LogWriter {
 public:
  struct Limits {
    std::size_t buffer = 1024 * 1024;       // bytes of lines that wait
    std::chrono::milliseconds flush{1000};  // for which the destructor waits
  };

  // Borrows the descriptor. `format`: of the line about dropped ones.
  LogWriter(int descriptor, LogFormat format) : LogWriter(descriptor, format, Limits()) {}
  LogWriter(int descriptor, LogFormat format, Limits limits);
  // Writes the lines that wait.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // A whole line, LF included. Never blocks.
  void write(std::string_view line);
  // Lines that were dropped because the buffer was full or the write failed.
  std::uint64_t dropped() const;

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // shared with the thread, which may hang in a write
  const Limits limits_;
};

}  // namespace sidestream
