#pragma once
// A redis-server of its own on a free loopback port, with its data in a folder of its own. Both end
// with the object (and with the test process, however that ends).

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

  // Returns when it answers. Throws std::runtime_error where it does not.
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
  bool come_up();
  void spawn();
  bool answers() const;
  void end(int signal);

  std::vector<std::string> arguments_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  bool ours_ = false;  // the port: it was started there once
  pid_t process_ = -1;
};

}  // namespace sidestream::test
