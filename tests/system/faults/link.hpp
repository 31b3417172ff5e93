#pragma once
// The way from sidecars to a broker: hands on the bytes of each connection, or makes as if nothing
// arrived any more: no byte, no end. So it is with a firewall that has forgotten a connection, a
// cable that is out, a machine that was switched off.
//
// Thread: one of its own; all functions may be called from any other.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/harness/socket.hpp"

namespace e2e::faults {

class Link {
 public:
  Link();
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Where sidecars connect.
  const Address& address() const { return address_; }
  // Where that leads; before the first connection.
  void lead_to(const Address& broker);

  enum Ways { to_broker = 1, to_sidecar = 2, both = 3 };
  // Of this share of the connections, chosen by `salt`; of all that come later too if it is all.
  void silence(int ways, int percent, std::uint32_t salt);
  // What was silent goes on with the bytes where it stopped ...
  void go_on();
  // ... or ends with an RST.
  void reset();

 private:
  struct Connection;
  void run();
  void accept_one();
  void turn();

  int listener_ = -1;
  Address address_;
  std::mutex mutex_;
  Address broker_;
  int silent_ways_ = 0;  // of new connections
  std::uint32_t count_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace e2e::faults
