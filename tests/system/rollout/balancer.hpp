#pragma once
// A real load balancer in front of replicas: nginx, which learns from failed connections, or
// HAProxy, which asks each replica's /readyz. Nothing in their configuration is about Sidestream
// but that streams are not buffered and may be silent for long.
//
// Thread: made and destroyed on the test's. Errors: throws where it does not come up.

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
