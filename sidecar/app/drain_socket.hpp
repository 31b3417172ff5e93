#pragma once
// Receives the orders of `sidestream --drain` (drain_order.hpp) on an abstract Unix socket. The
// socket belongs to the network namespace: the containers of a pod share it, other machines cannot
// reach it. Orders of this process's user and of root count; the kernel names the sender (SO_PEERCRED,
// which unlike SO_PASSCRED tells before anything is read).
//
// Thread: main.

#include <chrono>
#include <string>
#include <vector>

#include "sidecar/base/logger.hpp"

namespace sidestream {

class DrainSocket {
 public:
  DrainSocket(const std::string& config, Logger log);
  ~DrainSocket();
  DrainSocket(const DrainSocket&) = delete;
  DrainSocket& operator=(const DrainSocket&) = delete;

  // Readable once somebody connects; -1: the socket could not be opened, which the log tells.
  int descriptor() const { return socket_; }
  // Reads the orders that wait. Returns whether there was one.
  bool take_orders();
  // Tells the senders of these orders that the drain has begun.
  void acknowledge();

 private:
  bool take_order(int sender);
  void log_stranger(unsigned user);

  const Logger log_;
  int socket_ = -1;
  std::vector<int> senders_;  // that wait for an acknowledgement
  std::chrono::steady_clock::time_point next_stranger_line_{};
};

}  // namespace sidestream
