#pragma once
// A real load balancer in front of replicas: nginx, which learns from failed connections, or
// HAProxy, which asks each replica's /readyz. Their configuration only turns
// buffering off and allows long silence.
//
// Thread: made and destroyed on the test's. Errors: throws if it does not start.

#include <memory>
#include <string>
#include <vector>

#include "tests/support/harness/process.hpp"
#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e::rollout {

struct Backend {
  Address streams, admin;
};

class Balancer {
 public:
  // "nginx" or "haproxy".
  Balancer(const std::string& kind, const std::vector<Backend>& backends);
  ~Balancer();
  Balancer(const Balancer&) = delete;
  Balancer& operator=(const Balancer&) = delete;
  static bool is_installed(const std::string& kind);

  const Address& address() const { return address_; }
  std::string log() const { return process_->output(); }

 private:
  TempDir folder_;
  Address address_;
  std::unique_ptr<Process> process_;
};

}  // namespace e2e::rollout
