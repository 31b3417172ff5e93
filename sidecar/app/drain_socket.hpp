#pragma once
// `sidestream --drain` signals the running process through an abstract Unix socket, named after the
// user and the configuration file. The socket belongs to the network namespace: the containers of a
// pod share it, other machines cannot reach it. It leaves no file.

#include <string>

namespace sidestream {

class DrainSocket {
 public:
  // is_open() is false if another process with the same configuration has the name.
  explicit DrainSocket(const std::string& config);
  ~DrainSocket();
  DrainSocket(const DrainSocket&) = delete;
  DrainSocket& operator=(const DrainSocket&) = delete;

  bool is_open() const { return socket_ >= 0; }
  // Readable once a drain was requested; -1: another process has the name.
  int descriptor() const { return socket_; }
  // Whether a drain was requested since the last call. Never blocks.
  bool requested();

 private:
  int socket_ = -1;
};

// False: no process runs with this configuration.
bool request_drain(const std::string& config);

}  // namespace sidestream
