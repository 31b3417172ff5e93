#pragma once
// The process's signals, SIGTERM, SIGINT and SIGHUP, taken one by one by the main thread and nobody
// else.
//
// Thread: the main one, before any other is started; they inherit that the signals are blocked.

#include <chrono>
#include <optional>

namespace sidestream {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Nothing: none came in time, or something can be read from `socket` (-1: none).
  std::optional<int> wait(int socket, std::chrono::milliseconds most) const;

 private:
  const int descriptor_;
};

}  // namespace sidestream
