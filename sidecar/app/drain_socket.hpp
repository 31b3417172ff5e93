#pragma once
// How `sidestream --drain` reaches the process that runs: an abstract Unix socket named after user
// and configuration file. It leaves nothing on disk and is of the network namespace, so the
// containers of a pod share it; it is not reachable from outside.

#include <string>

namespace sidestream {

class DrainSocket {
 public:
  // Another process with the same configuration may hold the name: then this one can't be asked
  // (is_open()).
  explicit DrainSocket(const std::string& config);
  ~DrainSocket();
  DrainSocket(const DrainSocket&) = delete;
  DrainSocket& operator=(const DrainSocket&) = delete;

  bool is_open() const { return socket_ >= 0; }
  // Readable once a drain was asked for; -1: another process has the name.
  int descriptor() const { return socket_; }
  // Whether a drain was asked for since the last call. Never blocks.
  bool asked();

 private:
  int socket_ = -1;
};

// False: no process runs with this configuration.
bool ask_to_drain(const std::string& config);

}  // namespace sidestream
