#pragma once
// A real redis-server on a free port of loopback, and commands to it.
//
// Thread: one at a time. Errors: throws std::runtime_error with the server's text.

#include <hiredis/hiredis.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class RedisClient {
 public:
  explicit RedisClient(const Address& address);
  // A reply as text: of a status, a string or a number; nothing for nil.
  std::optional<std::string> command(const std::vector<std::string>& words);
  // Pipelined; one reply for each.
  std::vector<std::string> pipeline(const std::vector<std::vector<std::string>>& commands);

 private:
  struct Closer {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  std::optional<std::string> reply();
  std::unique_ptr<redisContext, Closer> context_;
};

class RedisServer {
 public:
  RedisServer();
  const Address& address() const { return address_; }
  std::string url() const { return "redis://" + address_.text(); }
  Process& process() { return *process_; }
  void stop();  // -9; what it holds was appended to a file
  void start(const std::vector<std::string>& more = {});  // arguments of redis-server
  void forget_data();                                     // while it is stopped

 private:
  TempDir folder_;
  Address address_;
  std::unique_ptr<Process> process_;
};

// One server for all tests of this process that do not take it away.
RedisServer& shared_redis();

}  // namespace e2e
