#include "sidecar/http/limits/connection_gate.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::uint64_t spare_files = 256;       // brokers, listeners, the admin port
constexpr std::uint64_t admin_descriptors = 64;  // that the public port never takes

std::uint64_t file_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

}  // namespace

std::uint64_t default_connections(std::uint64_t file_limit) {
  return std::max(file_limit / 2, file_limit - std::min(file_limit, spare_files));
}

std::unique_ptr<Connection> ConnectionGate::admit(int socket, const AddressBytes& from) {
  const std::uint64_t files = file_limit();
  // The kernel gives the lowest free descriptor: this one tells how many are in use.
  if (static_cast<std::uint64_t>(socket) + admin_descriptors >= files) {
    make_room();
    refuse(ConnectionRefusal::descriptors, from);
    return nullptr;
  }
  const std::uint64_t set = config_.get().server.limits.connections;
  auto admission = limits_.connections.admit(address_key(from), socket,
                                             set > 0 ? set : default_connections(files));
  if (admission.evicted) refuse(ConnectionRefusal::idle, first_address(*admission.evicted));
  if (!admission.connection) refuse(ConnectionRefusal::limit, from);
  return std::move(admission.connection);
}

void ConnectionGate::make_room() { limits_.connections.evict_one(); }

void ConnectionGate::refuse(ConnectionRefusal reason, const AddressBytes& from) {
  probe_.refused(reason);
  limits_.refusals.write(RefusalLog::Kind::connection, name_of(reason), {from, from});
}

}  // namespace sidestream
