#pragma once
// A forwarder between sidecars and a broker. It can silence connections: no byte and no FIN passes,
// as with a firewall that forgot a connection, an unplugged cable, or a machine without power.
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
  // The broker it forwards to; before the first connection.
  void lead_to(const Address& broker);

  enum Ways { to_broker = 1, to_sidecar = 2, both = 3 };
  // This share of the connections, chosen by `salt`; with 100 % new connections too.
  void silence(int ways, int percent, std::uint32_t salt);
  // Silent connections continue where they stopped ...
  void go_on();
  // ... or end with an RST.
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
