#pragma once
// A redis-server with arguments of the test's own: a password, TLS. It forgets all when it stops.
//
// Thread: the test's. Errors: throws where it does not come up.

#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/redis.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class RedisProcess {
 public:
  explicit RedisProcess(std::vector<std::string> arguments = {});
  const Address& address() const { return address_; }
  // With a password for the client where the server wants one.
  RedisClient client(const std::string& password = {}) const;
  void stop();
  void start(std::vector<std::string> arguments);

 private:
  TempDir folder_;
  Address address_;
  std::unique_ptr<Process> process_;
};

// An authority and the certificate of a server at 127.0.0.1 that it has signed: NAME.pem,
// NAME-server.pem and NAME-server.key in `folder`.
void make_certificates(const std::string& folder, const std::string& name);

}  // namespace e2e
