#include "sidecar/http/net/client_socket.hpp"

#include "sidecar/http/net/peer.hpp"

namespace sidestream {

// A client that closes sends a record first, and the end of its TCP connection behind it.
bool ClientSocket::peer_has_ended() {
  return peer_has_left(native_handle()) || (tls_ && tls_->peer_has_ended());
}

}  // namespace sidestream
