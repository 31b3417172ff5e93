#pragma once
// Runs a redis-server on a free loopback port, with its data in a temporary folder. Both end with
// the object, and the server also ends with the test process.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/redis/redis_client.hpp"

namespace sidestream::test {

class RedisServer {
 public:
  // `arguments` are added to redis-server's, e.g. {"--maxmemory", "2mb"}. Not started.
  explicit RedisServer(std::vector<std::string> arguments = {});
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();

  // Whether there is a redis-server on this machine.
  static bool is_installed();

  // Returns when the server answers. Throws std::runtime_error if it does not.
  void start();
  void stop();    // SIGTERM: keeps its data for the next start()
  void kill();    // SIGKILL
  void freeze();  // SIGSTOP, until thaw()
  void thaw();
  // Requires: stopped.
  void forget_data();

  std::uint16_t port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_; }
  RedisClient client() const { return RedisClient(port_); }

 private:
  bool try_start();
  void spawn();
  bool answers() const;
  void end(int signal);

  std::vector<std::string> arguments_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  bool port_kept_ = false;  // the server ran on the port once
  pid_t process_ = -1;
};

}  // namespace sidestream::test
