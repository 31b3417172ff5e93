#include "sidecar/http/client/client.hpp"

#include "sidecar/http/client/forwarded_for.hpp"

namespace sidestream {

Peer make_peer(const AddressBytes& socket, const AddressBytes& named,
               const std::vector<Network>& trusted) {
  return {format_ip(named), is_trusted(named, trusted), named, socket};
}

Client find_client(const Peer& peer, std::string_view x_forwarded_for, std::string_view forwarded,
                   const std::vector<Network>& trusted) {
  Client client{peer.bytes, peer.socket};
  if (!peer.trusted) return client;
  auto found = find_in_x_forwarded_for(x_forwarded_for, peer.bytes, trusted);
  if (!found) found = find_in_forwarded(forwarded, peer.bytes, trusted);
  if (found) client.address = *found;
  return client;
}

}  // namespace sidestream
