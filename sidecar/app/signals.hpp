#pragma once
// Receives SIGTERM, SIGINT and SIGHUP on the main thread.
//
// Thread: main, before any other is started: new threads inherit the signal mask.

#include <chrono>
#include <optional>

namespace sidestream {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Waits until a signal arrives, `socket` is readable (-1: none) or `timeout` passes. Nothing: no
  // signal.
  std::optional<int> wait(int socket, std::chrono::milliseconds timeout) const;

 private:
  const int descriptor_;
};

}  // namespace sidestream
