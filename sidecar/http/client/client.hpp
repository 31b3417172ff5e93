#pragma once
// Who is at the other end of a connection, and which client a request comes from. Streams, logs and
// limits all use the Client.
//
// Thread: any.

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/settings/network.hpp"
#include "sidecar/stream/replay/client_id.hpp"

namespace sidestream {

// The other end of a connection.
struct Peer {
  std::string address;    // text of `bytes`: IPv4, or IPv6 without brackets
  bool trusted = false;   // a trusted proxy: its X-Forwarded-* and Forwarded are believed
  AddressBytes bytes{};   // the TCP peer, or the address that its PROXY header names
  AddressBytes socket{};  // the TCP peer
  bool tls = false;       // the connection speaks TLS
};

// `socket`: the TCP peer. `named`: the address of the PROXY header; the TCP peer where it has none.
Peer make_peer(const AddressBytes& socket, const AddressBytes& named,
               const std::vector<Network>& trusted);

struct Client {
  AddressBytes address{};
  AddressBytes peer{};  // the TCP peer

  AddressKey key() const { return address_key(address); }
};

// For fairness among clients.
inline ClientId client_id(AddressKey key) { return ClientId{static_cast<std::uint64_t>(key)}; }

// The client of a request. `x_forwarded_for`, `forwarded`: the values of all fields of that name,
// joined by commas; they are ignored unless the peer is trusted. Forwarded counts only without
// X-Forwarded-For.
Client find_client(const Peer& peer, std::string_view x_forwarded_for, std::string_view forwarded,
                   const std::vector<Network>& trusted);

}  // namespace sidestream
