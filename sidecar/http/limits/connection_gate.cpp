#include "sidecar/http/limits/connection_gate.hpp"

#include <algorithm>

#include "sidecar/http/limits/descriptors.hpp"

namespace sidestream {
namespace {

constexpr std::uint64_t spare_files = 256;  // brokers, listeners, the admin port

}  // namespace

std::uint64_t default_connections(std::uint64_t file_limit) {
  return std::max(file_limit / 2, file_limit - std::min(file_limit, spare_files));
}

std::unique_ptr<Connection> ConnectionGate::admit(int socket, const AddressBytes& from) {
  const std::uint64_t files = file_limit();
  if (is_reserved(socket, files)) {
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
