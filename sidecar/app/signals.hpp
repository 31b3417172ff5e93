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

  // Waits at most `most`. Nothing: no signal, or `socket` is readable (-1: no socket).
  std::optional<int> wait(int socket, std::chrono::milliseconds most) const;

 private:
  const int descriptor_;
};

}  // namespace sidestream
