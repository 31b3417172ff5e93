#pragma once
// Decides whether an accepted connection of the public port stays open: within the limit of
// connections, and only while enough descriptors are left for the admin port and the brokers.
//
// Thread: the acceptor's. Borrows everything.

#include <cstdint>
#include <memory>

#include "sidecar/http/limits/limits.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// The limit of connections that `server.limits.connections: 0` stands for.
std::uint64_t default_connections(std::uint64_t file_limit);

class ConnectionGate {
 public:
  ConnectionGate(Limits& limits, const ConfigHolder& config, ServerProbe& probe)
      : limits_(limits), config_(config), probe_(probe) {}

  // Null: the newcomer must be closed. `socket`: its descriptor.
  std::unique_ptr<Connection> admit(int socket, const AddressBytes& from);
  // The process has no descriptor for a newcomer: makes room for the next.
  void make_room();

 private:
  void refuse(ConnectionRefusal reason, const AddressBytes& from);

  Limits& limits_;
  LoopConfig config_;
  ServerProbe& probe_;
};

}  // namespace sidestream
